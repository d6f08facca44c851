import type { Context } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, Span, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';

import type { Logger } from '../logger.ts';
import type { Tracer } from '../span.ts';

/** A batching processor of spans, and what becomes of what it gets. */
export interface WatchedExport {
  readonly processor: SpanProcessor;
  readonly counts: Tracer['counts'];
}

/** What watching takes. */
export interface WatchExportOptions {
  readonly exporter: SpanExporter;
  /** Makes the processor that hands ended spans to an exporter. */
  readonly batch: (exporter: SpanExporter) => SpanProcessor;
  /** How many spans may wait to be exported; further ones are dropped. */
  readonly maxWaiting: number;
  readonly logger: Logger;
  /** Where spans go, for the log. */
  readonly endpoint: string;
}

/**
 * Counts what becomes of spans, and tells once when nobody takes them, and once when somebody does again: the SDK would tell of
 * each batch, or of none. The bound of what may wait is here too, since the processor keeps to itself what it drops.
 */
export function watchExport({ exporter, batch, maxWaiting, logger, endpoint }: WatchExportOptions): WatchedExport {
  const counts = { exported: 0, failed: 0, dropped: 0 };
  let waiting = 0;
  let isAway = false;
  const settle = (spans: number, { code, error }: ExportResult) => {
    const isDone = code === 0;
    counts[isDone ? 'exported' : 'failed'] += spans;
    if (isAway === !isDone) return;
    isAway = !isDone;
    if (isDone) logger.info({ event: 'TRACES_EXPORTED', endpoint }, 'traces are taken again');
    else {
      const reason = error?.message ?? 'unknown';
      logger.warn(
        { event: 'TRACES_LOST', endpoint, reason },
        'traces cannot be exported; until they can, this is told no more',
      );
    }
  };
  const processor = batch({
    export: (spans, done) => {
      waiting -= spans.length;
      exporter.export(spans, (result) => {
        settle(spans.length, result);
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  });
  return {
    processor: {
      onStart: (span: Span, context: Context) => processor.onStart(span, context),
      onEnd: (span: ReadableSpan) => {
        if (waiting >= maxWaiting) {
          counts.dropped += 1;
          return;
        }
        waiting += 1;
        processor.onEnd(span);
      },
      forceFlush: () => processor.forceFlush(),
      shutdown: () => processor.shutdown(),
    },
    counts: () => counts,
  };
}
