import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { compileWireToJson } from '../../src/codec/json/wire-to-json.ts';
import { loadProtoFiles } from '../../src/registry/sources/load-proto-files.ts';

import type { Json } from '../json.ts';

/** A span as it arrived. */
export interface ReceivedSpan {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client';
  /** Ids are hex digits. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it begins its trace. */
  readonly parentId: string;
  readonly traceState: string;
  readonly hasFailed: boolean;
  /** What is told of the failure beside the attributes. */
  readonly description: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly resource: Readonly<Record<string, string | number | boolean>>;
}

/** A collector of OpenTelemetry's on a free port of 127.0.0.1, as far as traces go. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** In the order in which they ended. */
  readonly spans: readonly ReceivedSpan[];
  /** What was posted, whatever was answered. */
  readonly posts: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Answers with this status from now on, as long as it is not 200 without taking anything; undefined: never answers. */
  answerWith(status: number | undefined): void;
  /** Resolves when something is posted next. */
  readonly nextPost: () => Promise<void>;
  close(): Promise<void>;
}

const registry = loadProtoFiles([fileURLToPath(new URL('otlp.proto', import.meta.url))]);
const toJson = compileWireToJson(registry.messages.get('otlp.ExportTraceServiceRequest')!, registry);

/** Listens. */
export async function startReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const posts: { path: string; headers: IncomingHttpHeaders }[] = [];
  const waiting: (() => void)[] = [];
  let status: number | undefined = 200;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { url: path = '', headers } = request;
    posts.push({ path, headers });
    if (status === 200) spans.push(...read(Buffer.concat(chunks), headers['content-type'] ?? ''));
    for (const tell of waiting.splice(0)) tell();
    if (status === undefined) return;
    const isJson = headers['content-type'] === 'application/json';
    response.writeHead(status, { 'content-type': headers['content-type'] }).end(isJson ? '{}' : '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    posts,
    answerWith: (next) => {
      status = next;
    },
    nextPost: () => new Promise((resolve) => waiting.push(resolve)),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function read(body: Buffer, type: string): readonly ReceivedSpan[] {
  const isJson = type === 'application/json';
  const document = JSON.parse((isJson ? body : toJson(body)).toString()) as Json;
  const idOf = (id: string) => (isJson ? id : Buffer.from(id, 'base64').toString('hex'));
  return document.resourceSpans.flatMap(({ resource, scopeSpans }: Json) =>
    scopeSpans.flatMap(({ spans }: Json) =>
      spans.map(
        (span: Json): ReceivedSpan => ({
          name: span.name,
          kind: (['internal', 'server', 'client'] as const)[span.kind - 1]!,
          traceId: idOf(span.traceId),
          spanId: idOf(span.spanId),
          parentId: idOf(span.parentSpanId ?? ''),
          traceState: span.traceState ?? '',
          hasFailed: span.status?.code === 2,
          description: span.status?.message ?? '',
          attributes: attributesOf(span.attributes),
          links: (span.links ?? []).map((link: Json) => ({ traceId: idOf(link.traceId), spanId: idOf(link.spanId) })),
          resource: attributesOf(resource.attributes),
        }),
      ),
    ),
  );
}

function attributesOf(entries: readonly Json[] = []): ReceivedSpan['attributes'] {
  return Object.fromEntries(
    entries.map(({ key, value }) => {
      const [[kind, found]] = Object.entries(value) as [[string, string | number | boolean]];
      return [key, kind === 'intValue' ? Number(found) : found];
    }),
  );
}
