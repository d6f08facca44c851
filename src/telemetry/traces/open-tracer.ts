import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  type Link,
  ROOT_CONTEXT,
  type Span as ApiSpan,
  type Tracer as ApiTracer,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

import type { Logger } from '../logger.ts';
import type { Span, SpanAttributes, SpanOptions, SpanParent, TraceContext, Tracer } from '../span.ts';

import type { TraceSettings } from './trace-settings.ts';
import { watchExport } from './watch-export.ts';

/** What a tracer needs. */
export interface OpenTracerOptions {
  readonly settings: TraceSettings;
  /** What is said of the process beside the settings; they win. */
  readonly resource: Readonly<Record<string, string | number>>;
  readonly version: string;
  readonly logger: Logger;
}

/** How many spans may wait to be exported, the SDK's own default: some 2 MB. What comes beyond is dropped, and counted. */
const maxWaiting = 2_048;

/**
 * Opens OpenTelemetry's SDK, and the exporter of the protocol that the settings name. This module, and it alone, loads the packages;
 * they are optional, so it is to be imported when they are needed.
 *
 * Nothing is registered globally, and all that is in the table of settings is handed over. The exporter reads from the environment
 * what is not: OTEL_EXPORTER_OTLP_TIMEOUT, _COMPRESSION, _CERTIFICATE and their like.
 */
export async function openTracer({ settings, resource, version, logger }: OpenTracerOptions): Promise<Tracer> {
  let { headers } = settings;
  const exporter = await openExporter(settings, async () => headers);
  const watched = watchExport({
    exporter,
    batch: (exporter) => new BatchSpanProcessor({ exporter, maxQueueSize: maxWaiting }),
    maxWaiting,
    logger,
    endpoint: new URL(settings.url).origin,
  });
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ ...resource, ...settings.resource })),
    sampler: samplerOf(settings),
    spanProcessors: [watched.processor],
  });
  const tracer = provider.getTracer('cuegate', version);
  const propagator = new W3CTraceContextPropagator();
  return {
    start: (name, context, options) => {
      const parent = hasTrace(context) ? propagator.extract(ROOT_CONTEXT, context, defaultTextMapGetter) : ROOT_CONTEXT;
      return startSpan(tracer, parent, name, options);
    },
    counts: watched.counts,
    renewHeaders: (next) => {
      headers = next;
    },
    close: async (timeoutMs) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      });
      // What could not be sent was told already.
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

/** Each is loaded where it is asked for. */
async function openExporter(
  { url, protocol }: TraceSettings,
  headers: () => Promise<TraceSettings['headers']>,
): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter({ url, headers });
}

function samplerOf({ sampler, ratio }: TraceSettings): Sampler {
  const name = sampler.replace(/^parentbased_/, '');
  const root =
    name === 'always_on'
      ? new AlwaysOnSampler()
      : name === 'always_off'
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(ratio);
  return name === sampler ? root : new ParentBasedSampler({ root });
}

/** Most requests say nothing of a trace, and need no propagator. */
function hasTrace({ traceparent }: TraceContext): boolean {
  return traceparent !== undefined;
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

function startSpan(
  tracer: ApiTracer,
  parent: Context,
  name: string,
  { kind, attributes }: SpanOptions = {},
  links: Link[] = [],
): Span {
  const options = { kind: kind === undefined ? SpanKind.INTERNAL : kinds[kind], links };
  return new TracedSpan(tracer, tracer.startSpan(name, { ...options, attributes: attributes as Attributes }, parent));
}

class TracedSpan implements Span {
  readonly isRecorded: boolean;
  readonly #tracer: ApiTracer;
  readonly #span: ApiSpan;

  constructor(tracer: ApiTracer, span: ApiSpan) {
    this.#tracer = tracer;
    this.#span = span;
    // Not `isRecording()`, which is false when it has ended.
    this.isRecorded = (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get apart(): SpanParent {
    const parent: SpanParent = {
      startChild: (name, options) =>
        startSpan(this.#tracer, ROOT_CONTEXT, name, options, [{ context: this.#span.spanContext() }]),
      get apart() {
        return parent;
      },
    };
    return parent;
  }

  startChild(name: string, options?: SpanOptions): Span {
    // Every sampler decides by the trace, so what it has not taken it takes no child of.
    if (!this.isRecorded) return this;
    return startSpan(this.#tracer, trace.setSpan(ROOT_CONTEXT, this.#span), name, options);
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes as Attributes);
  }

  link(other: Span | undefined): void {
    if (other instanceof TracedSpan && other !== this) this.#span.addLink({ context: other.#span.spanContext() });
  }

  fail(errorType: string): void {
    // Without a description: what went wrong may tell what was asked.
    this.#span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', errorType);
  }

  end(): void {
    this.#span.end();
  }

  toHeaders(): readonly (readonly [string, string])[] {
    const { traceId, spanId, traceFlags, traceState } = this.#span.spanContext();
    const traceparent = ['traceparent', `00-${traceId}-${spanId}-${traceFlags === 0 ? '00' : '01'}`] as const;
    const tracestate = traceState?.serialize() ?? '';
    return tracestate === '' ? [traceparent] : [traceparent, ['tracestate', tracestate]];
  }
}
