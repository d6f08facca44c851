import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

import { type Answers, createGrpcServer, type GrpcServer, type ServedCall, type ServedReply } from './grpc-server.ts';

const recorded = (name: string) => fileURLToPath(new URL(`../recorded/${name}`, import.meta.url));

/**
 * The services of conf.proto as they stood behind the recorded gateway. Messages are encoded by protobufjs, so that
 * another implementation than the one under test has the other end of the wire.
 */
export function createConfBackend(): Promise<GrpcServer> {
  const { decode, encode } = createMessages(
    protobuf.loadSync([recorded('conf.proto'), recorded('error_details.proto')]),
  );
  const echo = ({ messages }: ServedCall): ServedReply => ({ messages });
  const first = (name: string, { messages }: ServedCall) => decode(name, messages[0]!);
  const answers: Answers = new Map<string, (call: ServedCall) => ServedReply | Promise<ServedReply>>([
    ...'Echo EchoSmall Nothing GetAny GetTs GetVal GetStr lower_case'
      .split(' ')
      .map((name) => [`/conf.v1.Echo/${name}`, echo] as const),
    ['/conf.v1.lower_svc/Do', echo],
    ['/conf.v1.Echo/FromWire', (call) => ({ messages: [Buffer.from(first('Raw', call)['wire'] as Uint8Array)] })],
    ['/conf.v1.Echo/Err', (call) => answerErr(first('ErrReq', call) as unknown as ErrRequest, encode)],
    ['/conf.v1.Echo/Meta', (call) => ({ messages: [encode('MetaResp', describeCall(call))] })],
    [
      '/conf.v1.Echo/Headers',
      (call) => {
        const { code, message } = first('ErrReq', call) as unknown as ErrRequest;
        return code === 0 ? { messages: [encode('Small', { s: 'hdr' })] } : { header: {}, code, message };
      },
    ],
    ['/conf.v1.Echo/Unimpl', () => ({ code: 12, message: 'method Unimpl not implemented' })],
    [
      '/conf.v1.Echo/Stream',
      (call) => {
        const { size, code, message } = first('ErrReq', call) as unknown as ErrRequest;
        const item = (i32: number) => encode('All', { i32, s: '<&>\u2028', ri: [1, 2] });
        return {
          header: { 'x-st': '1' },
          messages: Array.from({ length: size }, (_, index) => item(index)),
          code,
          message,
        };
      },
    ],
    [
      '/conf.v1.Echo/CStream',
      ({ messages }) => {
        const s = messages.map((bytes) => decode('Small', bytes)['s'] as string).join('');
        return { messages: [encode('Small', { s, i: messages.length })] };
      },
    ],
  ]);
  return createGrpcServer(answers);
}

/**
 * Any unary method of OpenCue's protos, as it stood behind the recordings with backend `opencue`: the reply is what the
 * request's metadata `x-out-bin` says, with the header that Java's gRPC adds.
 */
export function createEchoOutBackend(methods: readonly string[]): Promise<GrpcServer> {
  const answer = ({ metadata }: ServedCall): ServedReply => {
    const out = metadata.find(([key]) => key === 'x-out-bin')?.[1] ?? '';
    return { header: { 'grpc-accept-encoding': 'gzip' }, messages: [Buffer.from(out, 'base64')] };
  };
  return createGrpcServer(new Map(methods.map((method) => [`/${method}`, answer])));
}

function createMessages(root: protobuf.Root) {
  const typeOf = (name: string) => root.lookupType(name.includes('.') ? name : `conf.v1.${name}`);
  return {
    decode: (name: string, bytes: Uint8Array): Record<string, unknown> =>
      typeOf(name).toObject(typeOf(name).decode(bytes), { defaults: true }),
    encode: (name: string, value: object): Buffer =>
      Buffer.from(typeOf(name).encode(typeOf(name).fromObject(value)).finish()),
  };
}

type Encode = (name: string, value: object) => Buffer;

interface ErrRequest {
  readonly code: number;
  readonly message: string;
  readonly mode: string;
  readonly size: number;
  readonly delayMs: number;
}

async function answerErr({ code, message, mode, size, delayMs }: ErrRequest, encode: Encode): Promise<ServedReply> {
  if (delayMs > 0) await setTimeout(delayMs);
  if (mode === 'big') return { messages: [encode('Small', { s: 'x'.repeat(size) })] };
  if (mode === 'plain') return { code: 2, message };
  if (code === 0) return { messages: [encode('Small', {})] };
  const details = detailsOf(mode, encode);
  if (details === undefined) return { code, message };
  const trailer = { 'grpc-status-details-bin': encodeStatus(code, message, details).toString('base64') };
  return { code, message, trailer };
}

interface Detail {
  readonly type: string;
  readonly value: Uint8Array;
}

function detailsOf(mode: string, encode: Encode): readonly Detail[] | undefined {
  const google = (type: string, value: object): Detail => ({ type, value: encode(type, value) });
  switch (mode) {
    case 'known':
      return [
        { type: 'conf.v1.Small', value: encode('Small', { s: 'd<&>', i: 7 }) },
        google('google.protobuf.Duration', { seconds: 1, nanos: 500_000_000 }),
        google('google.protobuf.Int64Value', { value: 5 }),
        google('google.protobuf.Empty', {}),
      ];
    case 'errinfo':
      return [google('google.rpc.ErrorInfo', { reason: 'R', domain: 'd', metadata: { k: 'v' } })];
    case 'unknown':
      return [{ type: 'nope.Unknown', value: Buffer.from([8, 1]) }];
    case 'emptyany':
      return [{ type: '', value: Buffer.alloc(0) }];
    default:
      return undefined;
  }
}

/** Writes a google.rpc.Status as Go does; protobufjs would write members that are empty. */
function encodeStatus(code: number, message: string, details: readonly Detail[]): Buffer {
  const writer = protobuf.Writer.create().uint32(8).int32(code).uint32(18).string(message);
  for (const { type, value } of details) {
    writer.uint32(26).fork();
    if (type !== '') writer.uint32(10).string(`type.googleapis.com/${type}`);
    if (value.length > 0) writer.uint32(18).bytes(value);
    writer.ldelim();
  }
  return Buffer.from(writer.finish());
}

/** What belongs to the gRPC library that calls, and not to the gateway: reported as it was when the vectors were recorded. */
const recordedTransport: Readonly<Record<string, string>> = {
  ':authority': '127.0.0.1:19001',
  'content-type': 'application/grpc',
  'user-agent': 'grpc-go/1.83.0',
};
const ofTransport: ReadonlySet<string> = new Set(['accept-encoding', 'grpc-accept-encoding', 'grpc-timeout', 'te']);

/** A deadline further off than this is the gateway's own and not the caller's. */
const farAwayMs = 1e8;

function describeCall({ path, metadata, timeoutMs }: ServedCall): object {
  const md: Record<string, { v: string[]; b64: string[] }> = {};
  for (const [key, value] of [...metadata, ...Object.entries(recordedTransport)]) {
    const isRecorded = value === recordedTransport[key];
    if (!isRecorded && (key.startsWith(':') || ofTransport.has(key) || key in recordedTransport)) continue;
    const entry = isRecorded ? { v: [], b64: [] } : (md[key] ?? { v: [], b64: [] });
    if (key.endsWith('-bin')) entry.b64.push(...value.split(',').map(padBase64));
    else entry.v.push(value);
    md[key] = entry;
  }
  const isOfCaller = timeoutMs !== undefined && timeoutMs < farAwayMs;
  return { md, deadline: isOfCaller ? formatGoDuration(timeoutMs) : '', method: path };
}

/** gRPC leaves the padding out; protobufjs wants it. */
function padBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('base64');
}

/** `1m30s`, rounded to a twentieth of a second so that the time a call takes does not show. */
function formatGoDuration(ms: number): string {
  const rounded = Math.round(ms / 50) * 50;
  if (rounded < 1_000) return `${rounded}ms`;
  const hours = Math.floor(rounded / 3_600_000);
  const minutes = Math.floor(rounded / 60_000) % 60;
  const seconds = `${(rounded % 60_000) / 1_000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
