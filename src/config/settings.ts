import { samplerNames } from '../telemetry/traces/trace-settings.ts';

/**
 * The one table of settings. Validation, `--help`, `docs/configuration.md` and the example file all read it, so a setting
 * cannot be documented in one place and missing in another.
 */

/** What a setting's text is read as. */
export type OptionKind =
  | 'text'
  | 'secret'
  | 'boolean'
  | 'port'
  | 'count'
  /** `1500ms`, `30s`, `5m`, or a bare number of seconds; read as milliseconds. */
  | 'duration'
  /** A duration that may be 0. */
  | 'delay'
  /** A whole number of MiB; read as bytes. */
  | 'mebibytes'
  /** Comma-separated words. */
  | 'list'
  /** One of the option's `choices`. */
  | 'choice';

/** One setting. */
export interface Option {
  /** The environment variable. The command-line flag is the same in kebab case: `REST_PORT`, `--rest-port`. */
  readonly name: string;
  readonly kind: OptionKind;
  /** As text, as a user would write it; undefined: none. */
  readonly default?: string;
  readonly choices?: readonly string[];
  /** Its option, where that is not its name in small letters. */
  readonly flag?: string;
  /**
   * Names that OpenCue's documents give it; its own name wins. `convert` makes its text of theirs; what it cannot convert it
   * returns as it is.
   */
  readonly alsoNamed?: readonly { readonly name: string; readonly convert?: (text: string) => string }[];
  /** What it does, and why the default is what it is. */
  readonly description: string;
  readonly group:
    | 'Upstream'
    | 'Server'
    | 'Authentication'
    | 'Audit'
    | 'Surfaces'
    | 'Protection'
    | 'Several gateways'
    | 'Traces';
}

/** All settings, in the order in which they are documented. */
export const options = [
  {
    name: 'CONFIG_FILE',
    flag: '--config',
    kind: 'text',
    group: 'Server',
    description:
      'A YAML file of settings by these names, e.g. REST_PORT: 8448. Options win over the environment, the environment over the ' +
      'file. cuegate serve --example-config prints one to begin with.',
  },
  {
    name: 'CUEBOT_ENDPOINT',
    kind: 'list',
    group: 'Upstream',
    description:
      'Where Cuebot listens, as host:port. Required. Several Cuebots of one database have commas in between; calls are spread ' +
      'over them. dns:///name:port stands for as many Cuebots as the name has addresses, and is resolved again. Name no Cuebot ' +
      'twice, as by its name and by a load balancer in front of it: calls that must not overlap would.',
  },
  {
    name: 'CUEBOT_HOSTS',
    kind: 'list',
    group: 'Upstream',
    description: 'What pycue reads: the same, where CUEBOT_ENDPOINT is not set, with port 8443 where none is said.',
  },
  {
    name: 'UPSTREAM_TRANSPORT',
    kind: 'choice',
    choices: ['grpc-js', 'http2'],
    default: 'grpc-js',
    group: 'Upstream',
    description:
      'What carries calls to Cuebot: the library grpc-js, or cuegate’s own small client over node:http2, which costs less CPU for ' +
      'each call. Both do the same; the library is the one that many others use.',
  },
  {
    name: 'CUEBOT_TLS',
    kind: 'boolean',
    default: 'false',
    group: 'Upstream',
    description:
      'Speak TLS to CUEBOT_ENDPOINT, whose certificate must be for the name that stands there. Cuebot itself speaks plain text: ' +
      'for a proxy in front of it that ends TLS.',
  },
  {
    name: 'CUEBOT_CA_FILE',
    kind: 'text',
    group: 'Upstream',
    description:
      'A PEM file with the certificates of the authorities whom CUEBOT_TLS believes, and nobody else. Default: the public ones ' +
      'that Node brings along, and those of NODE_EXTRA_CA_CERTS.',
  },
  {
    name: 'CUEBOT_CERT_FILE',
    kind: 'text',
    group: 'Upstream',
    description:
      'A PEM file with the certificate that the gateway shows by CUEBOT_TLS, where the other side asks for one; with CUEBOT_KEY_FILE.',
  },
  {
    name: 'CUEBOT_KEY_FILE',
    kind: 'text',
    group: 'Upstream',
    description: 'A PEM file with the private key of CUEBOT_CERT_FILE.',
  },
  {
    name: 'GRPC_TIMEOUT',
    kind: 'duration',
    default: '30s',
    group: 'Upstream',
    description:
      'How long a call may take, waiting included. A caller may ask for less by the header Grpc-Timeout, and for more only where ' +
      'GRPC_TIMEOUT_MAX says so. Cuebot has RPCs that never answer, so there is no "unlimited".',
  },
  {
    name: 'GRPC_TIMEOUT_MAX',
    kind: 'duration',
    default: '5m',
    group: 'Upstream',
    description:
      'How long a call of LaunchSpec, LaunchSpecAndWait or GetJobs may take where its caller asks for more than GRPC_TIMEOUT, by ' +
      'Grpc-Timeout, Connect-Timeout-Ms or the deadline of gRPC: these take long on a large farm (long in schema/rpcs.yaml). What is ' +
      'not more than GRPC_TIMEOUT changes nothing.',
  },
  {
    name: 'HTTP_TIMEOUT',
    kind: 'duration',
    alsoNamed: [{ name: 'REQUEST_TIMEOUT' }],
    group: 'Upstream',
    description:
      'How long a call that came by HTTP may take, where that is less than GRPC_TIMEOUT and GRPC_TIMEOUT_MAX say. Default: as ' +
      'long as they do. ' +
      'Also read from REQUEST_TIMEOUT.',
  },
  {
    name: 'GRPC_MAX_RECV_MSG_MB',
    kind: 'mebibytes',
    default: '256',
    group: 'Upstream',
    alsoNamed: [{ name: 'GRPC_MAX_MESSAGE_SIZE', convert: bytesToMebibytes }],
    description:
      'The largest reply that is accepted from Cuebot, in MiB. A busy farm lists its jobs in tens of MiB. ' +
      'Also read from GRPC_MAX_MESSAGE_SIZE, in bytes.',
  },
  {
    name: 'PROTO_SOURCE',
    kind: 'text',
    group: 'Upstream',
    description:
      'Where the protos come from: folders, .proto files and compiled descriptor sets (*.binpb, *.pb, *.protoset, ' +
      '*.proto.bin, *.desc) with commas in between, or the word "reflection" to ask the upstream itself. Of two folders that ' +
      'have a file under one import path the first counts. Default: the protos of OpenCue 1.37 that cuegate brings along.',
  },
  {
    name: 'PROTO_PATH',
    kind: 'text',
    group: 'Upstream',
    description:
      'Folders, with commas in between, where the files of PROTO_SOURCE may import from, as with -I of protoc. Services ' +
      'in them are not served.',
  },
  {
    name: 'REST_PORT',
    kind: 'port',
    default: '8448',
    group: 'Server',
    description: 'The port to listen on; 0 picks a free one.',
  },
  {
    name: 'HOST',
    kind: 'text',
    group: 'Server',
    description: 'The address to listen on. Default: every interface; with AUTH=none only 127.0.0.1.',
  },
  {
    name: 'TLS_CERT_FILE',
    kind: 'text',
    group: 'Server',
    description:
      'A PEM file with the gateway’s certificate and those between it and its authority; with TLS_KEY_FILE. REST_PORT then speaks ' +
      'TLS, and HTTP/2 with whoever offers it. Both files are read again when they change; what cannot be used leaves the old ones in ' +
      'force. Default: plain text, for a proxy in front that ends TLS.',
  },
  {
    name: 'TLS_KEY_FILE',
    kind: 'text',
    group: 'Server',
    description: 'A PEM file with the private key of TLS_CERT_FILE, readable by the gateway alone.',
  },
  {
    name: 'TLS_CLIENT_CA_FILE',
    kind: 'text',
    group: 'Server',
    description:
      'A PEM file with the authorities whose client certificates are believed, and no others. GRPC_TLS then asks callers for one; what ' +
      'it is worth is said by "certificates" in POLICY_FILE. By HTTP, certificates give no rights.',
  },
  {
    name: 'TLS_CLIENT_AUTH',
    kind: 'choice',
    choices: ['optional', 'required'],
    default: 'optional',
    group: 'Server',
    description:
      'Whether whoever has no certificate of TLS_CLIENT_CA_FILE is turned away, on REST_PORT and by GRPC_TLS. optional: REST_PORT asks ' +
      'nobody, since browsers would ask their users. Health checks need a certificate, too, where it is required.',
  },
  {
    name: 'HTTP_KEEPALIVE_TIMEOUT',
    kind: 'duration',
    default: '65s',
    group: 'Server',
    description:
      'How long a connection without a request is kept. Longer than the load balancer in front keeps its own (60 s for most), or ' +
      'its requests run into connections that are just closing.',
  },
  {
    name: 'LOG_LEVEL',
    kind: 'choice',
    choices: ['silent', 'error', 'warn', 'warning', 'info', 'debug'],
    default: 'info',
    group: 'Server',
    description:
      'How much is logged, as JSON lines on standard output. Without AUDIT_FILE the records of writes are logged whatever the level.',
  },
  {
    name: 'ACCESS_LOG',
    kind: 'boolean',
    default: 'false',
    group: 'Server',
    description:
      'Whether each request is told in the log, at info: by which way, from where, how it ended and how long it took. Who sent it, and ' +
      'what it was about, stands under the same request id in the audit. Queries are left out.',
  },
  {
    name: 'METRICS_PORT',
    kind: 'port',
    group: 'Server',
    description:
      'The port of a second listener with /metrics for Prometheus, /healthz and /readyz; 0 picks a free one. Nobody is asked ' +
      'for a token there, hence not on REST_PORT. Default: none, and nothing is measured.',
  },
  {
    name: 'METRICS_HOST',
    kind: 'text',
    default: '127.0.0.1',
    group: 'Server',
    description:
      'The address that METRICS_PORT listens on. Metrics tell which RPCs are called and refused; open it to Prometheus alone.',
  },
  {
    name: 'SHUTDOWN_TIMEOUT',
    kind: 'duration',
    default: '25s',
    group: 'Server',
    description:
      'How long a stopping gateway waits for answers that are under way. Below the 30 s after which Kubernetes kills.',
  },
  {
    name: 'DRAIN_DELAY',
    kind: 'delay',
    default: '0',
    group: 'Server',
    description:
      'How long a stopping gateway goes on to accept connections while /readyz says 503, before SHUTDOWN_TIMEOUT begins: as long as ' +
      'a load balancer needs to notice. Default: none, since without a load balancer it only delays the end; deploy/ sets 5 s.',
  },
  {
    name: 'AUTH',
    kind: 'choice',
    choices: ['jwt', 'none'],
    default: 'jwt',
    group: 'Authentication',
    description:
      'jwt: every request needs a bearer token: one signed with JWT_SECRET, one of an OAuth issuer, or an API key, as the ' +
      'settings below say; several ways may be on together. none: nobody is asked; for trying things out on one machine.',
  },
  {
    name: 'JWT_SECRET',
    kind: 'secret',
    group: 'Authentication',
    description:
      'The shared secret of HS256, HS384 and HS512 tokens; at least 32 bytes (RFC 7518, section 3.2). Required unless ' +
      'AUTH=none or there is another way. Whoever has it can be anybody. JWT_SECRET_FILE names a file that holds it.',
  },
  {
    name: 'JWT_SECRET_PREVIOUS',
    kind: 'secret',
    group: 'Authentication',
    description:
      'The secret before JWT_SECRET; its tokens are accepted, too. To change the secret without refusing anybody: put the ' +
      'old one here, the new one there, and take this away when no old token is left.',
  },
  {
    name: 'ALLOW_WEAK_JWT_SECRET',
    kind: 'boolean',
    default: 'false',
    group: 'Authentication',
    description:
      'Accept a JWT_SECRET that is short, too simple or publicly known. Whoever guesses it runs code on the farm.',
  },
  {
    name: 'JWT_SECRET_LEVEL',
    kind: 'choice',
    choices: ['everything', 'read', 'operate', 'wrangle', 'submit', 'admin', 'none'],
    default: 'everything',
    group: 'Authentication',
    description:
      'What a token signed with JWT_SECRET may do when it carries no scopes. everything: all levels and grants, as with ' +
      'OpenCue’s Go gateway, so that it can be replaced as it stands. Narrow it once your tokens carry a "scope" claim.',
  },
  {
    name: 'POLICY_FILE',
    kind: 'text',
    group: 'Authentication',
    description:
      'What scopes, roles and groups may do, and rules such as "only one’s own jobs". Default: the commented ' +
      'schema/policy.yaml that cuegate brings along; a section that your file leaves out is as it is there.',
  },
  {
    name: 'IDENTITY_MISMATCH',
    kind: 'choice',
    choices: ['replace', 'refuse'],
    default: 'replace',
    group: 'Authentication',
    description:
      'What becomes of a request that names another user than its caller, e.g. in the "username" of a kill. replace: the ' +
      'caller’s name goes upstream instead. refuse: 403. With AUTH=none nobody is anybody, and requests stay as they are.',
  },
  {
    name: 'SERVICE_SUBJECTS',
    kind: 'list',
    default: 'user-id',
    group: 'Authentication',
    description:
      'Whose shared-secret tokens and API keys may name another user in requests, since they speak for many: subjects, ' +
      'separated by commas. The default is the one that CueWeb signs all its tokens with. Tokens of OAuth issuers never ' +
      'may. The audit notes whom they named.',
  },
  {
    name: 'OIDC_ISSUERS',
    kind: 'list',
    group: 'Authentication',
    description:
      'OAuth issuers whose access tokens (JWTs) are accepted, exactly as in the claim "iss" of their tokens, e.g. ' +
      'https://login.studio.example/realms/farm. Where their keys are is asked of them (OpenID Connect Discovery).',
  },
  {
    name: 'OIDC_AUDIENCE',
    kind: 'list',
    group: 'Authentication',
    description:
      'What tokens must be made for (claim "aud"): one of these names, under which the issuer knows this gateway. Required with ' +
      'OIDC_ISSUERS. Give the gateway a name of its own: with a client’s, the ID tokens of its users would do.',
  },
  {
    name: 'OIDC_ALGORITHMS',
    kind: 'list',
    default: 'RS256,PS256,ES256,EdDSA',
    group: 'Authentication',
    description: 'The signatures that are accepted from issuers. Those by shared secret (HS256 …) cannot be.',
  },
  {
    name: 'JWKS_URI',
    kind: 'text',
    group: 'Authentication',
    description: 'Where the keys of the issuer are, if there is one only and it has no discovery.',
  },
  {
    name: 'INTROSPECTION_URL',
    kind: 'text',
    group: 'Authentication',
    description:
      'Whom to ask about tokens that are no JWTs (RFC 7662). The answer is good for a minute. With OIDC_AUDIENCE, it must name ' +
      'one of these audiences.',
  },
  {
    name: 'INTROSPECTION_CLIENT_ID',
    kind: 'text',
    group: 'Authentication',
    description: 'The client that asks at INTROSPECTION_URL.',
  },
  {
    name: 'INTROSPECTION_CLIENT_SECRET',
    kind: 'secret',
    group: 'Authentication',
    description: 'Its secret. INTROSPECTION_CLIENT_SECRET_FILE names a file that holds it.',
  },
  {
    name: 'API_KEYS_FILE',
    kind: 'text',
    group: 'Authentication',
    description:
      'A JSON file of API keys for scripts, which show them as bearer tokens or in X-API-Key. It is read again when it changes; ' +
      'without the file, no key is good. cuegate api-key makes a key and its entry; the file holds no secrets, only their hashes.',
  },
  {
    name: 'USER_CLAIM',
    kind: 'list',
    default: 'sub',
    group: 'Authentication',
    description:
      'The claim that names the user as the farm knows them, e.g. preferred_username where "sub" is a number. Of ' +
      'several, the first that a token has counts: preferred_username,oid where scripts have no name. Only claims that users ' +
      'cannot choose for themselves, and never one that several users share, such as that of their client.',
  },
  {
    name: 'USER_DOMAIN',
    kind: 'text',
    group: 'Authentication',
    description:
      'What is left out of users’ names, where tokens name them by addresses and Cuebot knows their logins: with studio.example, ' +
      'ann@studio.example is ann. Names of other domains stay whole, so that nobody from elsewhere becomes a user of yours.',
  },
  {
    name: 'UID_CLAIM',
    kind: 'text',
    group: 'Authentication',
    description:
      'The claim with the number by which render hosts know the user, e.g. uidNumber. A job spec may then ask for that <uid> ' +
      'alone, unless its sender has the grant submit-as. Not set, it may ask for any above those of the system: where files are ' +
      'guarded by numbers, set it.',
  },
  {
    name: 'SCOPES_CLAIM',
    kind: 'text',
    group: 'Authentication',
    description:
      'The claim that holds the scopes, as words or as a list. Default: scope, or scp. Dots lead into objects: a.b.',
  },
  {
    name: 'GROUPS_CLAIM',
    kind: 'text',
    default: 'groups',
    group: 'Authentication',
    description: 'The claim that holds the groups, e.g. realm_access.roles.',
  },
  {
    name: 'ALLOW_HTTP_ISSUERS',
    kind: 'boolean',
    default: 'false',
    group: 'Authentication',
    description:
      'Speak to issuers on other machines by http, too. Anybody in between can then make tokens of their own.',
  },
  {
    name: 'PUBLIC_URL',
    kind: 'text',
    group: 'Authentication',
    description:
      'How callers name this gateway, e.g. https://cuegate.studio.example. With it, OAuth clients find out by themselves whose ' +
      'tokens they need (RFC 9728).',
  },
  {
    name: 'ALLOW_ANONYMOUS_NETWORK',
    kind: 'boolean',
    default: 'false',
    group: 'Authentication',
    description:
      'Let AUTH=none listen on other addresses than the loopback ones. Whoever reaches it runs code on the farm.',
  },
  {
    name: 'AUDIT_FILE',
    kind: 'text',
    group: 'Audit',
    description:
      'Where every write and every refusal is written down, one line of JSON each, every line tied to the one before by its ' +
      'hash (cuegate audit verify). One process writes to a file, and holds AUDIT_FILE.lock meanwhile: %h ' +
      'in the name is the machine’s name, and %p the process’s number, where several gateways have a folder in common. Default: to ' +
      'the log, at info, unchained.',
  },
  {
    name: 'AUDIT_MAX_MB',
    kind: 'mebibytes',
    default: '100',
    group: 'Audit',
    description:
      'When AUDIT_FILE has this many MiB it is put away as AUDIT_FILE.1, .2 and so on, and a new one goes on with the chain. ' +
      'Nothing is ever deleted.',
  },
  {
    name: 'AUDIT_KEY_FILE',
    kind: 'text',
    group: 'Audit',
    description:
      'A file with at least 32 random bytes, e.g. by openssl rand -hex 32. Records of AUDIT_FILE are then sealed by HMAC-SHA-256 ' +
      'with this key, so that whoever can write the file, but cannot read the key, can make no record of their own. Keep a copy ' +
      'elsewhere: cuegate audit verify --key-file needs it. Default: a bare SHA-256, which shows mistakes and hasty changes.',
  },
  {
    name: 'AUDIT_ANCHOR_INTERVAL',
    kind: 'duration',
    default: '1h',
    group: 'Audit',
    description:
      'How often the number and the hash of the last record in AUDIT_FILE go to the log, at info. Whoever collects the log holds ' +
      'the file against them (cuegate audit verify --anchor): they tell what was cut off at its end, or written anew.',
  },
  {
    name: 'REST_SERVICES',
    kind: 'list',
    default: '*,!cue.CueInterface,!monitoring.MonitoringInterface,!renderPartition.RenderPartitionInterface',
    group: 'Surfaces',
    description:
      'Which services have REST routes: patterns over full service names, later ones win, "!" excludes. The default is ' +
      'what OpenCue’s Go gateway routes. ' +
      'report.RqdReportInterface, rqd.RqdInterface and rqd.RunningFrame are the farm’s inner traffic: "*" does not open them, only their name does.',
  },
  {
    name: 'GRAPHQL_SERVICES',
    kind: 'list',
    default: '*,!monitoring.MonitoringInterface',
    group: 'Surfaces',
    description: 'Which services have GraphQL fields; as REST_SERVICES. The default is what Cuebot serves to people.',
  },
  {
    name: 'GRPC_PORT',
    kind: 'port',
    group: 'Surfaces',
    description:
      'The port of gRPC, for pycue, CueGUI, cueadmin and every other client that speaks to Cuebot; 0 picks a free one. Default: ' +
      'none. Who calls is told by a token in the metadata, or by what POLICY_FILE says of a network or a client certificate.',
  },
  {
    name: 'GRPC_TLS',
    kind: 'choice',
    choices: ['off', 'on'],
    default: 'off',
    group: 'Surfaces',
    description:
      'Whether GRPC_PORT speaks TLS, with TLS_CERT_FILE. Default: off, also where that is set, since pycue and CueGUI speak plain text alone.',
  },
  {
    name: 'GRPC_SERVICES',
    kind: 'list',
    default: '*,!monitoring.*',
    group: 'Surfaces',
    description:
      'Which services are served by gRPC, and on the HTTP port by Connect and gRPC-Web, for agents too; as REST_SERVICES. Render hosts ' +
      'keep talking to Cuebot itself.',
  },
  {
    name: 'GRPC_MAX_CONNECTIONS',
    kind: 'count',
    default: '2000',
    group: 'Surfaces',
    description:
      'How many connections GRPC_PORT takes at a time; further ones are closed at once. Each script and each open window has one.',
  },
  {
    name: 'MAX_CONCURRENT_STREAMS',
    kind: 'count',
    default: '100',
    group: 'Surfaces',
    description:
      'How many calls one gRPC connection, or requests one connection by HTTP/2, may have under way; its client keeps further ones ' +
      'back. What HTTP/2 recommends at least.',
  },
  {
    name: 'GRPC_MAX_CONNECTION_AGE',
    kind: 'duration',
    default: '30m',
    group: 'Surfaces',
    description:
      'After so long a gRPC connection is asked to end; its client opens another one. So clients spread over gateways that were ' +
      'started later.',
  },
  {
    name: 'OPENAPI',
    kind: 'boolean',
    default: 'true',
    group: 'Surfaces',
    description:
      'Serve the description of the REST routes at /openapi.json, to anybody: it tells what the protos and the policy say, and ' +
      'nothing of the farm. Turn it off where protos of your own are secret.',
  },
  {
    name: 'SWAGGER_UI',
    kind: 'boolean',
    default: 'true',
    group: 'Surfaces',
    description:
      'Serve Swagger UI to browsers at /docs: the document of /openapi.json, to read and to try out. The page holds no data and ' +
      'needs no token; its requests do. Without OPENAPI there is none.',
  },
  {
    name: 'PERSISTED_OPERATIONS_FILE',
    kind: 'text',
    group: 'Surfaces',
    description:
      'A JSON file of GraphQL documents by their hashes, as graphql-codegen and Relay write it. Requests name one by documentId, or by ' +
      'the hash of Apollo’s persisted queries. It is read at start; callers can add nothing. Default: none, and whoever ' +
      'asks by hash is told to send the text.',
  },
  {
    name: 'PERSISTED_OPERATIONS',
    kind: 'choice',
    choices: ['prefer', 'only'],
    default: 'prefer',
    group: 'Surfaces',
    description:
      'prefer: operations of PERSISTED_OPERATIONS_FILE and all others are executed. only: those of the file alone. Then ' +
      'nobody can ask for the schema unless the file has a document that does, and GraphiQL is not served, since it could run ' +
      'nothing. REST and gRPC are not touched.',
  },
  {
    name: 'COMPRESSION',
    kind: 'choice',
    choices: ['graphql', 'all', 'off'],
    default: 'graphql',
    group: 'Surfaces',
    description:
      'Which answers from 1 kB on are compressed (br, gzip) for clients that take it: those of GraphQL, GraphiQL’s files and ' +
      '/openapi.json; REST’s too; or none. The Go gateway compresses nothing, so REST does not by default. Connect, gRPC-Web ' +
      'and gRPC have ways of their own.',
  },
  {
    name: 'GRAPHIQL',
    kind: 'boolean',
    default: 'true',
    group: 'Surfaces',
    description: 'Serve GraphiQL to browsers at /graphql. The page holds no data and needs no token; its queries do.',
  },
  {
    name: 'FARM_PAGE',
    kind: 'boolean',
    default: 'true',
    group: 'Surfaces',
    description:
      'Serve the page that shows the farm to browsers at /farm. It holds no data and needs no token; it asks by GraphQL, with the ' +
      'rights of whoever looks at it.',
  },
  {
    name: 'GRAPHIQL_CLIENT_ID',
    kind: 'text',
    group: 'Surfaces',
    description:
      'Lets people log in at GraphiQL and at the farm’s page, at the first of OIDC_ISSUERS, by a code and PKCE: the public client ' +
      'that stands for the pages there, with the addresses of the two as its only redirect URIs. Default: people paste tokens.',
  },
  {
    name: 'GRAPHIQL_SCOPES',
    kind: 'list',
    default: 'openid,cue:read',
    group: 'Surfaces',
    description:
      'What the pages ask for when somebody logs in. Little, since a token in a browser is more easily lost than others; who runs ' +
      'something that takes more is offered to log in with that, too.',
  },
  {
    name: 'GRAPHIQL_LOGIN_PARAMETERS',
    kind: 'list',
    group: 'Surfaces',
    description:
      'What the issuer wants to be told besides when somebody logs in, as name=value: resource=https://cuegate.studio.example where ' +
      'it makes tokens for what they are asked for (RFC 8707), audience=… for Auth0.',
  },
  {
    name: 'JSON_STYLE',
    kind: 'choice',
    choices: ['compact', 'spaced'],
    default: 'compact',
    group: 'Surfaces',
    description:
      'How REST replies are spaced. The Go gateway is one or the other, by an accident of its build; "spaced" is for comparing with one that is.',
  },
  {
    name: 'GRAPHQL_EXECUTOR',
    kind: 'choice',
    choices: ['compiled', 'reference'],
    default: 'compiled',
    group: 'Surfaces',
    description:
      'Who executes GraphQL operations. "compiled" writes answers straight from what Cuebot sends, by a plan for each ' +
      'operation; "reference" is graphql-js, which takes several times as long. The answers are the same: it is there to compare.',
  },
  {
    name: 'REST_VALIDATION',
    kind: 'choice',
    choices: ['off', 'on'],
    default: 'off',
    group: 'Surfaces',
    description:
      'Whether REST, gRPC and Connect refuse what GraphQL refuses: a kill without a reason, of which Cuebot says OK and does ' +
      'nothing, and criteria that narrow nothing, which act on every frame or proc. off: they are sent, as by the Go gateway, ' +
      'and the log and the audit say that such a call does nothing, or acts on everything.',
  },
  {
    name: 'FORWARD_METADATA',
    kind: 'boolean',
    default: 'false',
    group: 'Surfaces',
    description:
      'Forward Grpc-Metadata-* and other request headers upstream, as grpc-gateway 2.30 did. Off: nothing that a client says becomes metadata.',
  },
  {
    name: 'ALLOWED_HOSTS',
    kind: 'list',
    group: 'Protection',
    description:
      'The names by which the gateway may be called, against DNS rebinding; others are answered 421. *.studio.example is every ' +
      'name below, "*" turns the check off. localhost, the machine’s name and the host of PUBLIC_URL always count. Default: names without a dot ' +
      '(as in rest-gateway:8448), those of Kubernetes’ services (cuegate.farm.svc, cuegate.farm.svc.cluster.local) and IP addresses, ' +
      'too, which no public DNS can point elsewhere.',
  },
  {
    name: 'CORS_ORIGINS',
    kind: 'list',
    alsoNamed: [{ name: 'CORS_ALLOWED_ORIGINS' }],
    group: 'Protection',
    description:
      'The web sites whose pages may call the gateway, as exact origins such as https://cueweb.studio.example, or "*" for all. ' +
      'Default: none but its own. A server such as CueWeb’s is no page and needs no entry. Also read from CORS_ALLOWED_ORIGINS.',
  },
  {
    name: 'CORS_HEADERS',
    kind: 'list',
    group: 'Protection',
    description:
      'Header fields that pages of CORS_ORIGINS may send beside those that clients need, such as X-Requested-With; "*" allows any.',
  },
  {
    name: 'TRUSTED_PROXIES',
    kind: 'list',
    group: 'Protection',
    description:
      'The proxies in front of the gateway, as addresses or networks (10.1.2.3, 10.1.0.0/16): the address that they name ' +
      'in X-Forwarded-For counts as the caller’s: in the audit, for API keys that are bound to networks, and where guessing is ' +
      'slowed down. Default: nobody is believed, and whoever connects is the caller.',
  },
  {
    name: 'AUTH_FAILURES_PER_MINUTE',
    kind: 'count',
    default: '60',
    group: 'Protection',
    description:
      'How many different bad tokens or keys from one address are answered 401 in a minute; more are answered 429 for a second, ' +
      'then two, four and up to sixty. Good ones pass, and this machine is never slowed down. More than mistakes take, and far ' +
      'too few for guessing. 0: no limit.',
  },
  {
    name: 'RATE_LIMIT_RPS',
    kind: 'count',
    default: '0',
    group: 'Protection',
    description:
      'How many requests a caller may send in a second, on the average of five: a page that opens sends a dozen at once. More are ' +
      'answered 429 with Retry-After and X-RateLimit-Limit, -Remaining and -Reset. It counts requests of all surfaces, not the RPCs ' +
      'that an operation of GraphQL takes. With REDIS_URL, all gateways count together; with AUTH=none, all callers are one. 0: no ' +
      'limit.',
  },
  {
    name: 'RATE_LIMIT_SERVICE_RPS',
    kind: 'count',
    default: '0',
    group: 'Protection',
    description:
      'The same for each of SERVICE_SUBJECTS, since it speaks for many users: CueWeb’s tokens have one subject for all of them. 0: no ' +
      'limit.',
  },
  {
    name: 'MAX_CONNECTIONS',
    kind: 'count',
    default: '5000',
    group: 'Protection',
    description:
      'How many connections may be open. Beyond that, the one that has had nothing to do for the longest time makes room for a new one; ' +
      'where all are busy, the new one is answered 503. Some 50 MB when all are idle. Where the system allows the process fewer open ' +
      'files, fewer hold.',
  },
  {
    name: 'MAX_CONNECTIONS_PER_ADDRESS',
    kind: 'count',
    default: '500',
    group: 'Protection',
    description:
      'How many of them one address may have; more are answered 503. A browser opens six and a busy script some dozens, but a ' +
      'server may call for many people. This machine and TRUSTED_PROXIES are not counted.',
  },
  {
    name: 'MAX_BUFFERED_MB',
    kind: 'mebibytes',
    default: '256',
    group: 'Protection',
    description:
      'How many MiB of request bodies and of REST answers that are not read yet may be held in memory; half of it for one user. Calls ' +
      'beyond that are answered 503 with Retry-After, unsent, and bodies 413. A single answer may be larger.',
  },
  {
    name: 'MAX_REQUEST_MB',
    kind: 'mebibytes',
    default: '100',
    group: 'Protection',
    description:
      'The largest request message, in MiB. Cuebot resets the connection’s stream above 100 MiB without saying why.',
  },
  {
    name: 'MAX_SPEC_MB',
    kind: 'mebibytes',
    default: '16',
    group: 'Protection',
    description: 'The longest job spec that is passed on to Cuebot, in MiB. It is read as a whole before it is sent.',
  },
  {
    name: 'GRAPHQL_MAX_REQUEST_MB',
    kind: 'mebibytes',
    default: '20',
    group: 'Protection',
    description:
      'The longest body of a GraphQL request, in MiB: a job spec of MAX_SPEC_MB fits in. It is read in slices, so that others are ' +
      'answered meanwhile.',
  },
  {
    name: 'GRAPHQL_MAX_VALUES',
    kind: 'count',
    default: '30000',
    group: 'Protection',
    description:
      'How many values the body of a GraphQL request may hold, counted as commas and opening brackets. Variables are parsed and ' +
      'checked against their types without a pause, which takes a microsecond or two for each.',
  },
  {
    name: 'GRAPHQL_MAX_TOKENS',
    kind: 'count',
    default: '10000',
    group: 'Protection',
    description:
      'How many words, numbers and punctuators a GraphQL document may have, and how many fields when its fragments are ' +
      'written out. A large page of CueWeb takes some hundreds.',
  },
  {
    name: 'GRAPHQL_MAX_DEPTH',
    kind: 'count',
    default: '15',
    group: 'Protection',
    description:
      'How deep the fields of a GraphQL operation may be nested. From a show over groups, jobs and layers to the hosts of ' +
      'frames takes 12. Introspection has a limit of its own, which the usual tools keep.',
  },
  {
    name: 'GRAPHQL_MAX_ALIASES',
    kind: 'count',
    default: '100',
    group: 'Protection',
    description:
      'How many fields of a GraphQL operation may have an alias, fragments written out: with aliases, one request can ask the ' +
      'same field many times.',
  },
  {
    name: 'GRAPHQL_MAX_ESTIMATE',
    kind: 'count',
    default: '10000',
    group: 'Protection',
    description:
      'How many calls to Cuebot a GraphQL operation may be expected to make, or it is refused before it makes any. High, ' +
      'because most lists are shorter than assumed: it is there for queries that go in circles. GRAPHQL_MAX_CALLS is what holds.',
  },
  {
    name: 'GRAPHQL_ASSUMED_LIST_LENGTH',
    kind: 'count',
    default: '20',
    group: 'Protection',
    description:
      'How many elements a list is expected to have when the query says it neither by "limit" or "first" nor by a number of "ids". ' +
      'Three lists deep, as shows, groups and jobs are, this must still leave room below GRAPHQL_MAX_ESTIMATE.',
  },
  {
    name: 'GRAPHQL_MAX_CALLS',
    kind: 'count',
    default: '1000',
    group: 'Protection',
    description:
      'How many calls to Cuebot a GraphQL operation may make. The fields whose calls would be more fail; the others are ' +
      'answered. At some milliseconds each, a thousand are as much as a person waits for.',
  },
  {
    name: 'GRAPHQL_TIMEOUT',
    kind: 'duration',
    group: 'Protection',
    description:
      'How long a GraphQL operation may take, all its calls and their waiting together; of a subscription each look. What is ' +
      'not answered by then fails, the rest is told. What cannot begin by then is refused at once: 503 with Retry-After when that ' +
      'is all of an operation. Default: GRPC_TIMEOUT.',
  },
  {
    name: 'GRAPHQL_MAX_RESPONSE_VALUES',
    kind: 'count',
    default: '5000000',
    group: 'Protection',
    description:
      'How many objects, scalars and elements of lists an answer to a GraphQL operation may hold; one that comes to more ends ' +
      'with an error. Small values take many times their bytes in memory while an answer is made.',
  },
  {
    name: 'GRAPHQL_MAX_RESPONSE_MB',
    kind: 'mebibytes',
    default: '64',
    group: 'Protection',
    description:
      'The longest answer to a GraphQL operation, in MiB; one that grows longer ends with an error. Every job of a busy farm ' +
      'with all its fields is a few of them.',
  },
  {
    name: 'GRAPHQL_CALLS_PER_SERVICE',
    kind: 'count',
    default: '16',
    group: 'Protection',
    description:
      'How many reads of one service GraphQL operations may have under way together; more wait, and operations take turns. ' +
      'Enough to keep Cuebot’s threads busy, and few enough that one large query does not push everybody else aside.',
  },
  {
    name: 'GRAPHQL_MAX_BATCH_KEYS',
    kind: 'count',
    default: '500',
    group: 'Protection',
    description:
      'How many objects one call may ask for when many are fetched together; 0 fetches each by itself. Far below the ' +
      '32,767 parameters that Cuebot’s database takes in a statement.',
  },
  {
    name: 'GRAPHQL_MAX_CUT_ROWS',
    kind: 'count',
    default: '2000',
    group: 'Protection',
    description:
      'Up to how many frames a job’s layers are fetched by one call for the whole job and cut into layers here; above, one ' +
      'call per layer. As many as come back in a few milliseconds.',
  },
  {
    name: 'LIVE_MIN_INTERVAL',
    kind: 'duration',
    default: '1s',
    group: 'Protection',
    description:
      'How often a GraphQL subscription may look for changes at most. Whoever looks at the same shares the call, so this is ' +
      'what a list costs Cuebot, however many watch it.',
  },
  {
    name: 'LIVE_INTERVAL',
    kind: 'duration',
    default: '5s',
    group: 'Protection',
    description: 'How often a GraphQL subscription looks when it does not say; as often as CueWeb’s job table does.',
  },
  {
    name: 'LIVE_MAX_INTERVAL',
    kind: 'duration',
    default: '5m',
    group: 'Protection',
    description:
      'How seldom a GraphQL subscription may look. Its token is checked as often, so a long pause hides a dead one.',
  },
  {
    name: 'LIVE_MAX_STREAMS',
    kind: 'count',
    default: '20',
    group: 'Protection',
    description: 'How many GraphQL subscriptions one user may have open: enough for all tabs of a desktop or two.',
  },
  {
    name: 'LIVE_MAX_SERVICE_STREAMS',
    kind: 'count',
    default: '1000',
    group: 'Protection',
    description:
      'How many GraphQL subscriptions each of SERVICE_SUBJECTS may have open, since it speaks for many users: CueWeb’s tokens ' +
      'have one subject for all of them.',
  },
  {
    name: 'LANE_HOLD_LIMIT',
    kind: 'duration',
    default: '500ms',
    group: 'Protection',
    description:
      'After this time a read in a lane lets the next call start. Cuebot mixes calls up at their beginning; waiting longer only costs.',
  },
  {
    name: 'LANE_MAX_WAITING',
    kind: 'count',
    default: '1000',
    group: 'Protection',
    description:
      'How many writes may wait in one lane, and how many reads; when there are more, whoever has most waiting is answered 503 with ' +
      'Retry-After, unsent.',
  },
  {
    name: 'LANE_MAX_WAIT',
    kind: 'duration',
    default: '10s',
    group: 'Protection',
    description: 'How long a call may wait in a lane before it is answered 503 with Retry-After, unsent.',
  },
  {
    name: 'LANES',
    kind: 'boolean',
    default: 'true',
    group: 'Protection',
    description:
      'Run the calls that Cuebot would mix up one at a time. Off only to see the defect, or for an upstream that has none.',
  },
  {
    name: 'REDIS_URL',
    kind: 'secret',
    group: 'Several gateways',
    description:
      'The Valkey or Redis by which several cuegates in front of one Cuebot agree: redis://host:6379, rediss:// for TLS, ' +
      'redis+sentinel://host:26379,host:26379/name for Sentinels, with a user and a database where needed (redis://user@host/2); no cluster. ' +
      'Default: none, and then this cuegate must be the only one in front of its Cuebot.',
  },
  {
    name: 'REDIS_PASSWORD',
    kind: 'secret',
    group: 'Several gateways',
    description: 'The password there. REDIS_PASSWORD_FILE names a file that holds it.',
  },
  {
    name: 'REDIS_SENTINEL_PASSWORD',
    kind: 'secret',
    group: 'Several gateways',
    description:
      'What the Sentinels want to be told, if it is anything. REDIS_SENTINEL_PASSWORD_FILE names a file that holds it.',
  },
  {
    name: 'REDIS_CA_FILE',
    kind: 'text',
    group: 'Several gateways',
    description:
      'With rediss://, a file with the certificates (PEM) that the server’s must descend from. Default: those that Node brings along.',
  },
  {
    name: 'REDIS_PREFIX',
    kind: 'text',
    default: 'cuegate',
    group: 'Several gateways',
    description: 'What all keys and channels there begin with. Each farm that shares a server needs one of its own.',
  },
  {
    name: 'LANE_TURN',
    kind: 'duration',
    default: '50ms',
    group: 'Several gateways',
    description:
      'How long a gateway sends calls of a lane before another one has its turn, while others wait. Some ten calls: passing the ' +
      'turn on costs a tenth of one.',
  },
  {
    name: 'LANE_ORPHAN_HOLD',
    kind: 'duration',
    default: '5s',
    group: 'Several gateways',
    description:
      'How long the lanes of a gateway that has gone silent stay shut beyond the two seconds for which it may still send: Cuebot ' +
      'goes on with its last call. Longer than a write takes; the same for all gateways.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    kind: 'text',
    group: 'Traces',
    description:
      'Where OpenTelemetry traces are sent, by OTLP over HTTP: http://collector:4318, to which v1/traces is added. Default: none, and ' +
      'then nothing is traced, and nothing loaded for it. All names of this group are OpenTelemetry’s own.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    kind: 'text',
    group: 'Traces',
    description: 'The same for traces alone, as it stands: http://collector:4318/v1/traces. It wins.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    kind: 'choice',
    choices: ['http/protobuf', 'http/json'],
    default: 'http/protobuf',
    group: 'Traces',
    description: 'How they are written. Not by gRPC, which collectors take at another port (4317).',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    kind: 'secret',
    group: 'Traces',
    description:
      'Header fields that are sent with them, such as api-key=…; several have commas in between, values are percent-encoded. ' +
      'OTEL_EXPORTER_OTLP_HEADERS_FILE names a file that holds them.',
  },
  {
    name: 'OTEL_SERVICE_NAME',
    kind: 'text',
    group: 'Traces',
    description:
      'What this gateway is called in traces. Default: service.name of OTEL_RESOURCE_ATTRIBUTES, else cuegate.',
  },
  {
    name: 'OTEL_RESOURCE_ATTRIBUTES',
    kind: 'text',
    group: 'Traces',
    description:
      'What else is said of it, as deployment.environment.name=prod,service.namespace=farm; percent-encoded.',
  },
  {
    name: 'OTEL_TRACES_SAMPLER',
    kind: 'choice',
    choices: samplerNames,
    default: 'parentbased_always_on',
    group: 'Traces',
    description:
      'Which traces are recorded. What begins with parentbased does as the caller’s traceparent says, where there is one. On a busy ' +
      'farm: parentbased_traceidratio, with a part of them in OTEL_TRACES_SAMPLER_ARG.',
  },
  {
    name: 'OTEL_TRACES_SAMPLER_ARG',
    kind: 'text',
    group: 'Traces',
    description:
      'Which part of all traces traceidratio takes, from 0 to 1: 0.01 for one in a hundred. Default: all of them.',
  },
  {
    name: 'OTEL_SDK_DISABLED',
    kind: 'boolean',
    default: 'false',
    group: 'Traces',
    description: 'Trace nothing, whatever else is set.',
  },
] as const satisfies readonly Option[];

/** GRPC_MAX_MESSAGE_SIZE is in bytes. A part of a MiB is taken for a whole one. */
function bytesToMebibytes(text: string): string {
  return /^\d+$/.test(text) ? String(Math.ceil(Number(text) / 1024 / 1024)) : text;
}

/** The name of a setting. */
export type OptionName = (typeof options)[number]['name'];

/** `REST_PORT` → `--rest-port`. */
export function flagOf(name: string): string {
  const { flag } = (options as readonly Option[]).find((option) => option.name === name) ?? {};
  return flag ?? `--${name.toLowerCase().replaceAll('_', '-')}`;
}
