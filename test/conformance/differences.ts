import type { Difference } from './difference.ts';
import { metaAnswer, newerLimit } from './recorded-answers.ts';

/** What a request that never became one is answered. */
const badRequest =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request';
const emptySmall =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nGrpc-Metadata-Content-Type: application/grpc\r\n' +
  'Date: $DATE\r\nContent-Length: 14\r\n\r\n{"s":"","i":0}';

/** Replaces the body of a response, and its announced length with it. */
function withBody(response: string, change: (body: string) => string): string {
  const headEnd = response.indexOf('\r\n\r\n') + 4;
  const body = response.slice(headEnd);
  const changed = change(body);
  const head = response
    .slice(0, headEnd)
    .replace(/^(Content-Length: )(\d+)/m, (_, name, length) => name + (Number(length) + changed.length - body.length));
  return head + changed;
}

const badRequestFor = (pattern: RegExp): NonNullable<Difference['recorded']> => ({
  concerns: ({ request }) => pattern.test(request),
  answer: () => badRequest,
});

const timeoutHeader = /^Grpc-Timeout: *(.*?) *\r$/im;

/** Milliseconds that a `Grpc-Timeout` of this request asks for; 0 when it has none. */
function timeoutOf(request: string): number {
  const [, digits = '0', unit = 'S'] = /^(\d+)([HMSmun])$/.exec(timeoutHeader.exec(request)?.[1] ?? '') ?? [];
  return Number(digits) * { H: 3.6e6, M: 6e4, S: 1e3, m: 1, u: 1e-3, n: 1e-6 }[unit]!;
}

/**
 * All deliberate differences. The migration page's table is made of these, and the conformance run expects them: a
 * recording that one speaks of must come out as it says, and the run fails when it comes out as recorded.
 */
export const differences: readonly Difference[] = [
  {
    topic: 'Tokens with `exp: 0`',
    before: 'Accepted, as if they had no `exp`.',
    now: 'Refused as expired, which they are since 1970.',
    reason: 'Whoever writes an expiry that has passed does not mean "for ever".',
  },
  {
    topic: 'Secrets',
    before: 'Any `JWT_SECRET` is taken; the image brings `default-secret-key`.',
    now: 'A secret that is publicly known, looks like a placeholder (`…-change-in-production`), is shorter than 32 bytes or made of fewer than 8 different characters refuses to start, unless `ALLOW_WEAK_JWT_SECRET` says so.',
    reason: 'Whoever guesses it runs code on the farm.',
  },
  {
    topic: 'Several `Authorization` lines in one request',
    before: 'The first one counts.',
    now: 'The same where `JWT_SECRET` is the only way to tell who calls; with an OAuth issuer or API keys beside it, 400 (code 3).',
    reason: 'A proxy in front may have judged another one than the gateway does.',
  },
  {
    topic: 'Many different bad tokens from one address',
    before: 'Each is looked at, and answered 401.',
    now: 'After 60 in a minute (`AUTH_FAILURES_PER_MINUTE`) the answer is 429 (code 8) with `Retry-After`, for a second at first and up to a minute. Good tokens pass, and this machine is never slowed down.',
    reason: 'Somebody guesses, or signs with another secret than the gateway’s; neither needs more answers than that.',
  },
  {
    topic: 'Request headers as metadata',
    before: '`Grpc-Metadata-*`, `Authorization`, `Cookie`, `X-Forwarded-*` and others are sent to Cuebot.',
    now: 'Nothing is; so a malformed `Grpc-Metadata-*-Bin` header is no error. `FORWARD_METADATA=true` brings it back as it was in grpc-gateway 2.30.',
    reason:
      'Cuebot reads no metadata, tokens do not belong into its logs, and grpc-gateway 2.33 has stopped forwarding, too.',
  },
  {
    topic: 'Forwarded values that are not printable ASCII',
    before: 'Answered 500.',
    now: 'Dropped (with `FORWARD_METADATA`; else nothing is forwarded).',
    reason: 'As in grpc-gateway 2.33: an odd header of a proxy is no reason to fail a call.',
    recorded: {
      concerns: ({ response }) => response.includes('contains value with non-printable ASCII characters'),
      answer: () => emptySmall,
    },
  },
  {
    topic: 'Headers that HTTP/2 allows once',
    before: 'A second `Authorization` line becomes a second value.',
    now: 'The first value is sent (with `FORWARD_METADATA`).',
    reason: 'Node’s HTTP/2 refuses to send such a header twice, and two credentials are one too many.',
    recorded: {
      concerns: ({ response }) => /"authorization":\{"v":\["[^"]*","/.test(response),
      answer: (response) =>
        withBody(response, (body) => body.replace(/("authorization":\{"v":\["[^"]*")(?:,"[^"]*")+/, '$1')),
    },
  },
  {
    topic: 'Headers that belong to HTTP/2 itself',
    before: '`Grpc-Metadata-Connection` makes Cuebot reset the stream: 500.',
    now: 'Never sent, like the other names of the protocol.',
    reason: 'A caller must not be able to break the connection that everybody shares.',
    recorded: {
      concerns: ({ request }) => /^Grpc-Metadata-Connection:/im.test(request),
      answer: () => metaAnswer,
    },
  },
  {
    topic: '`Grpc-Timeout` with a sign',
    before: '`+5S` is 5 seconds; `-1S` is answered 504.',
    now: 'Both are answered 400 `invalid grpc-timeout: …`.',
    reason: 'As in grpc-gateway since 2.31; gRPC knows no signs.',
    recorded: {
      concerns: ({ request }) => /^Grpc-Timeout: *[+-]\d+[HMSmun] *\r$/im.test(request),
      answer: (_, { request }) => {
        const message = `{"code":3,"message":"invalid grpc-timeout: ${timeoutHeader.exec(request)?.[1]}","details":[]}`;
        return `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nDate: $DATE\r\nContent-Length: ${message.length}\r\n\r\n${message}`;
      },
    },
  },
  {
    topic: '`Grpc-Timeout` beyond 292 years',
    before: 'Overflows and is answered 504.',
    now: 'Clamped.',
    reason: 'As in grpc-gateway since 2.31.',
    recorded: {
      concerns: ({ request, response }) => timeoutOf(request) > 2 ** 63 / 1e6 && response.includes(' 504 '),
      answer: () => metaAnswer,
    },
  },
  {
    topic: 'Deadlines',
    before: 'None unless the caller sets one; a call may hang for ever.',
    now: '`GRPC_TIMEOUT` (30 s by default), or the caller’s own where that is shorter; a longer one is cut to it, but up to `GRPC_TIMEOUT_MAX` (5 min) for `LaunchSpec`, `LaunchSpecAndWait` and `GetJobs`.',
    reason: 'Cuebot has RPCs that never answer.',
    recorded: {
      concerns: ({ request, response }) => timeoutOf(request) >= 1e9 && response.includes('"deadline"'),
      answer: (response) => withBody(response, (body) => body.replace(/"deadline":"[^"]*"/, '"deadline":""')),
    },
  },
  {
    topic: 'Calls that Cuebot would mix up',
    before: 'Sent at once, and one to three in a hundred hit another job or layer.',
    now: 'Wait for each other; when too many wait, 503 (code 14) with `Retry-After`.',
    reason:
      'Cuebot keeps the object of the current call where the next call overwrites it. See ARCHITECTURE.md, lanes.',
  },
  {
    topic: 'Errors of the connection to Cuebot',
    before: 'The text names Cuebot’s address and port.',
    now: 'The same text without them.',
    reason: 'Callers need not know the network behind the gateway; the log does.',
  },
  {
    topic: 'More requests than `RATE_LIMIT_RPS` allows',
    before: 'The setting stands in OpenCue’s documents, and is not read.',
    now: 'Not limited by default. Where it is set, 429 (code 8) with `Retry-After`, `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset`, on the average of five seconds; `RATE_LIMIT_SERVICE_RPS` is for `SERVICE_SUBJECTS`.',
    reason: 'One script in a loop must not slow down everybody else. CueWeb speaks for all of its users.',
  },
  {
    topic: 'Numbers of more than 65,536 digits; values of more than 4 KiB in error messages',
    before: 'Read; quoted whole.',
    now: 'Answered 400 `a number has more than 65536 digits in a row`; quoted up to there, with the length of the whole.',
    reason:
      'Both take their time in one go, during which nobody else is served. No number that means something is so long.',
  },
  {
    topic: 'Numbers in strings with something behind them, such as `"1,"` or `"1 2"`',
    before: 'Read as 1.',
    now: 'Answered 400 `invalid value for int32 field …`.',
    reason: 'A mistake of protobuf-go that its version 1.36.12 has put right.',
    recorded: {
      concerns: ({ request, response }) => /\{"i32":"1[, ]2?"\}$/.test(request) && response.includes(' 200 '),
      answer: (_, { request }) => {
        const token = /"i32":"([^"]*)"/.exec(request)?.[1];
        const message = `{"code":3,"message":"proto: (line 1:8): invalid value for int32 field i32: \\"${token}\\"","details":[]}`;
        return `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nDate: $DATE\r\nContent-Length: ${message.length}\r\n\r\n${message}`;
      },
    },
  },
  {
    topic: '`Accept-Encoding` on requests',
    before: 'Ignored: nothing is compressed.',
    now: 'The same. With `COMPRESSION=all`, answers from 1 kB on are compressed (`br` or `gzip`) for clients that take it, and all say `Vary: Accept-Encoding`.',
    reason:
      'Lists shrink to a ninth. Clients of the Go gateway may offer what they cannot read, since nothing ever came of it.',
  },
  {
    topic: '`Grpc-Metadata-Grpc-Accept-Encoding: gzip` on answers',
    before: 'Present: Cuebot’s gRPC library announces it.',
    now: 'Absent.',
    reason:
      'It is between the two ends of the gRPC connection, where the library keeps it; it says nothing to an HTTP client.',
    recorded: {
      concerns: ({ response }) => response.includes('\r\nGrpc-Metadata-Grpc-Accept-Encoding: '),
      answer: (response) => response.replace(/Grpc-Metadata-Grpc-Accept-Encoding: .*\r\n/, ''),
    },
  },
  {
    topic: 'Metadata from Cuebot: a name with several values, an error text with spaces at its ends',
    before: 'One line per value; the text as it is.',
    now: 'One line with commas; such a text is lost, and the message says so.',
    reason:
      'That is how node’s HTTP/2 hands them over. Cuebot sends no such metadata, and a few texts that end with a space.',
  },
  {
    topic: 'An object that is named by another field than its key: `{"job": {"name": "…"}}`',
    before: '`Job not found`.',
    now: 'The same code, and the message goes on with the field that is empty.',
    reason: 'There often is a job of that name, and the bare message sends people looking for the wrong mistake.',
  },
  {
    topic: 'Methods that stream',
    before: 'Served, one JSON line per message.',
    now: 'Answered 501.',
    reason:
      'OpenCue has none. The REST surface can (the recordings are matched), the way through permissions and lanes is for single messages.',
  },
  {
    topic: 'Fields that are newer than the recorded gateway’s protos',
    before: 'Absent.',
    now: 'Present, with their zero values when Cuebot does not know them: the protos are those of OpenCue 1.37.',
    reason: 'A gateway that is built from the newer protos shows them, too.',
    recorded: {
      concerns: ({ request }) => request.startsWith('POST /limit.LimitInterface/GetAll '),
      answer: (response) => withBody(response, () => newerLimit),
    },
  },
  {
    topic: 'Paths with `//`, `/./` or `/../`',
    before: '301, which most clients follow with GET, which is answered 501.',
    now: '307, which keeps the POST.',
    reason: 'As Go 1.26 does; a base URL with a slash at its end then simply works.',
    recorded: {
      concerns: ({ response }) => response.startsWith('HTTP/1.1 301 '),
      answer: (response) =>
        withBody(response.replace('301 Moved Permanently', '307 Temporary Redirect'), (body) =>
          body.replace('Moved Permanently', 'Temporary Redirect'),
        ),
    },
  },
  {
    topic: 'CONNECT',
    before: 'Answered like any method, and the connection is kept.',
    now: 'The same answer with `Connection: close`.',
    reason: 'Node hands such a connection over as a bare socket. Nothing is tunnelled in either gateway.',
    recorded: {
      concerns: ({ request }) => request.startsWith('CONNECT '),
      answer: (response) => response.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
    },
  },
  {
    topic: 'Methods that are not in the IANA registry, or in lower case',
    before: '501.',
    now: '400 in plain text, closed.',
    reason: 'Node’s parser knows the registered methods only. No client of the gateway uses another.',
    recorded: badRequestFor(/^(?!GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH)[A-Za-z]+ \/\S* HTTP\/1\.\d\r/),
  },
  {
    topic: 'Request targets with raw bytes above 0x7F, or of another scheme than HTTP’s',
    before: '404; a redirect to `/`.',
    now: '400 in plain text, closed.',
    reason: 'Not valid in a request line; node’s parser refuses them.',
    recorded: badRequestFor(/^(?!CONNECT)[A-Z]+ (?:\/\S*[\x80-\xff]|[a-z]+:(?!\/\/))/),
  },
  {
    topic: '`HTTP/1.2`',
    before: 'Treated as 1.1.',
    now: '400 in plain text, closed.',
    reason: 'There is no such version.',
    recorded: badRequestFor(/^\S+ \S+ HTTP\/1\.[2-9]\r/),
  },
  {
    topic: 'Header lines that are continued on the next line',
    before: 'Joined.',
    now: '400 in plain text, closed.',
    reason: 'RFC 9112, 5.2 forbids them; servers that read them differently can be played off against each other.',
    recorded: badRequestFor(/^[^\r]+\r\n(?:[^\r]+\r\n)*[ \t]/),
  },
  {
    topic: 'An empty line before the first request',
    before: '400.',
    now: 'Skipped.',
    reason: 'RFC 9112, 2.2 asks servers to.',
    recorded: { concerns: ({ request }) => request.startsWith('\r\n'), answer: () => emptySmall },
  },
  {
    topic: '`Transfer-Encoding` together with `Content-Length`',
    before: 'The chunks win; 501 if the encoding is another.',
    now: '400 in plain text, closed.',
    reason: 'Two lengths for one message are how requests are smuggled past a proxy (RFC 9112, 6.1).',
    recorded: badRequestFor(/^Transfer-Encoding:.*^Content-Length:|^Content-Length:.*^Transfer-Encoding:/ims),
  },
  {
    topic: '`Content-Length` twice with the same value; lines that end in a bare LF',
    before: 'Accepted.',
    now: '400 in plain text, closed.',
    reason: 'Node’s parser is strict where servers have disagreed before, and smuggling lived on it.',
    recorded: {
      concerns: ({ request, response }) => {
        const head = request.split(/\r?\n\r?\n/)[0] ?? '';
        const isOdd = /[^\r]\n/.test(head) || /^Content-Length:.*^Content-Length:/ims.test(head);
        return isOdd && !response.startsWith('HTTP/1.1 400 ');
      },
      answer: () => badRequest,
    },
  },
  {
    topic: 'HTTP/2 without being asked (`PRI * HTTP/2.0`)',
    before: '400 with an empty body, closed.',
    now: '400 in plain text, closed.',
    reason: 'Node’s parser answers for itself. Neither gateway speaks HTTP/2 to its clients.',
    recorded: badRequestFor(/^PRI /),
  },
  {
    topic: 'Broken chunks in a request’s body',
    before: '400 as JSON, `invalid byte in chunk length`, after the token was checked.',
    now: '400 in plain text, closed.',
    reason: 'Node’s parser ends the connection before anybody knows whose it is.',
    recorded: {
      concerns: ({ response }) => response.includes('"invalid byte in chunk length"'),
      answer: () => badRequest,
    },
  },
  {
    topic: 'Size of a request’s head',
    before: 'Up to 1 MiB.',
    now: 'Up to 64 KiB and 2,000 fields; 431 above.',
    reason:
      'Room for a token with hundreds of groups, and not for filling the memory. Node’s parser would leave out further fields without a word.',
    recorded: {
      concerns: ({ request, response }) =>
        request.indexOf('\r\n\r\n') > 64 * 1024 && !response.startsWith('HTTP/1.1 431 '),
      answer: () => badRequest.replaceAll('400 Bad Request', '431 Request Header Fields Too Large'),
    },
  },
  {
    topic: 'Size of a request’s body',
    before: 'No limit but gRPC’s own of 2 GiB.',
    now: '`MAX_REQUEST_MB` (100 by default); above it 429 with code 8, as gRPC itself refuses what is too large.',
    reason: 'Cuebot resets the stream above 100 MiB without saying why.',
  },
  {
    topic: 'Clients that are slow or silent',
    before: 'Waited for without limit.',
    now: 'A head must be complete in 10 s and a request in 5 min, and its body must come at 1 kB/s or faster (408 after 10 s of less); an answer that is read more slowly than that is cut. An idle connection is closed after 65 s.',
    reason:
      'A few hundred half-open connections would otherwise keep everybody else out, and a few answers that are not read fill the memory.',
  },
  {
    topic: 'Many connections',
    before: 'Taken until the process has no file descriptors left; then nobody can connect.',
    now: '`MAX_CONNECTIONS` (5,000 by default) in all, and `MAX_CONNECTIONS_PER_ADDRESS` (500) from one address that is neither this machine’s nor a trusted proxy’s. At the first limit, the connection that has been idle for the longest time is closed for a new one; who finds no place is answered 503 in plain text, closed.',
    reason: 'One client must not keep the others out.',
  },
  {
    topic: 'Large bodies and answers at the same time',
    before: 'Held without limit.',
    now: '`MAX_BUFFERED_MB` (256 by default) in all, half of it for one user. Above it, calls are answered 503 (code 14) with `Retry-After`, unsent; a body 413 (code 8). One answer may be larger.',
    reason: 'Callers who send or read slowly would otherwise fill the memory.',
  },
  {
    topic: 'A refused request whose body is not read',
    before: 'Up to 256 KiB are read before the answer, so a client that stalls gets none.',
    now: 'The answer comes first. Above 256 KiB the connection is closed, as it was.',
    reason: 'The answer does not depend on the rest.',
  },
  {
    topic: 'Clients that close their sending side before the answer',
    before: 'The call is cancelled, and 499 is written to the half-open connection.',
    now: 'The caller counts as gone, and the connection is closed.',
    reason: 'That is node’s way. A client that closes has no use for a 499.',
  },
  {
    topic: 'Requests that pages of other web sites make a browser send',
    before: 'Served like any other.',
    now: '403 (code 7), unless the origin is in `CORS_ORIGINS`; preflights of listed origins are answered 204.',
    reason:
      'Whoever works on the farm also reads the web. Programs such as CueWeb’s server send neither `Sec-Fetch-Site` nor `Origin`, and notice nothing.',
  },
  {
    topic: 'Requests for a `Host` that is not the gateway’s',
    before: 'Served.',
    now: '421 (code 7). Names without a dot, such as a container’s, those of Kubernetes’ services, and addresses are taken; other names stand in `ALLOWED_HOSTS`.',
    reason:
      'A page whose name is suddenly said to be the gateway’s address (DNS rebinding) gives itself away by the name.',
  },
  {
    topic: 'Bodies without `Content-Type: application/json`',
    before: 'Read as JSON.',
    now: 'The same with a token; with `AUTH=none`, which the Go gateway has not, 415 (code 3).',
    reason: 'Without a token, the type is what tells a program from a form on somebody’s page.',
  },
  {
    topic: 'Who calls, in requests',
    before: '`username` of kills and `user` of comments go upstream as the request has them.',
    now: 'They are the caller’s, by the `sub` of their token, else its `user`, else its `username`; another name is replaced, or refused with `IDENTITY_MISMATCH=refuse` (403, code 7). A subject in `SERVICE_SUBJECTS` may name others, and the name stays where a token names nobody.',
    reason: 'Cuebot believes what it is told. CueWeb’s tokens speak for its users by default, and see no difference.',
  },
  {
    topic: 'A second show, limit, facility or department of a name',
    before: 'Created, and neither can be found by the name from then on.',
    now: '409 (code 6).',
    reason: 'Nobody has meant it, and only the database’s administrator can undo it.',
  },
  {
    topic: 'U+0000 in a string',
    before: 'Sent on; Cuebot answers 500 with the SQL that failed.',
    now: '400 (code 3), unsent.',
    reason: 'The database cannot hold it, and its SQL is nobody’s business.',
  },
  {
    topic: '`GetUpdatedFrames` with a `last_check` that is missing or older than 55 seconds',
    before: 'Waits for an answer that never comes.',
    now: '400 (code 3), unsent; the text says what to send.',
    reason: 'Above a minute, Cuebot’s thread hangs with the caller; clocks and the way there take their part of it.',
  },
  {
    topic:
      'A kill without a `reason`; a `req` that narrows nothing, of `EatFrames`, `KillFrames`, `UnbookProcs` and the like',
    before: '200. The kill does nothing; the others act on everything.',
    now: 'The same, and the log and the audit say so (`effect`). With `REST_VALIDATION=on`: 400 (code 3), unsent, as in GraphQL.',
    reason: 'Clients may count on what Cuebot does; a site whose clients do not can have it refused.',
  },
  {
    topic: 'Job specs (`LaunchSpec`, `LaunchSpecAndWait`)',
    before: 'Sent on as they are.',
    now: 'Plain XML with a document type of Cuebot’s own or none, up to `MAX_SPEC_MB`, `<uid>` 1000 or above (400, 403 or 429 otherwise); `<user>` is the caller, unless they have the grant `submit-as`, as all tokens without scopes have by default. The header `Idempotency-Key` makes a repeated submit return the first answer.',
    reason: 'Cuebot’s parser fetches what a spec refers to, and runs commands as the user that it names.',
  },
  {
    topic:
      'Requests marked as Connect or gRPC-Web: `Connect-Protocol-Version`, `application/proto`, `application/grpc-web…`, or GET with `?connect=v1`',
    before: 'Read as JSON, or refused (GET: 501).',
    now: 'Answered by that protocol, binary messages included, for the services in `GRPC_SERVICES`; GET asks for what changes nothing. Without a mark nothing changes.',
    reason: 'Generated clients and pages speak these. The Go gateway’s clients set none of the marks.',
  },
  {
    topic: 'Other paths',
    before: '401 without a token, 404 with one.',
    now: '`/healthz` and `/readyz` answer without a token; `/graphql` is the other surface. `/openapi.json` describes the routes to anybody (`OPENAPI=false` leaves it out). All else as it was.',
    reason: 'Orchestrators have no token.',
  },
  {
    topic: 'SIGTERM',
    before: 'Ends at once, with everything that is under way.',
    now: 'Answers what arrives for `DRAIN_DELAY` (none by default) and a moment more, with `Connection: close`; then takes nothing new, and finishes what is under way within `SHUTDOWN_TIMEOUT`.',
    reason: 'An update of the gateway should lose nobody’s kill command.',
  },
];
