/** What is known of a piece of work. Undefined is left out. Never arguments, tokens, subjects or answers. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** How a piece of work begins to be told. */
export interface SpanOptions {
  /** `server`: it answers somebody. `client`: it asks somebody else. Not given: neither. */
  readonly kind?: 'server' | 'client';
  readonly attributes?: SpanAttributes;
}

/** What spans can be begun under. */
export interface SpanParent {
  startChild(name: string, options?: SpanOptions): Span;
  /**
   * Under this, each span begins a trace of its own, which links to where it came from: for what goes on for hours, and would
   * make one trace without end.
   */
  readonly apart: SpanParent;
}

/**
 * One piece of work with a beginning and an end, as OpenTelemetry tells it. It is handed on with what it belongs to, a call or an
 * operation; so nothing has to follow promises in the background, and a call that several share is none of theirs by accident.
 *
 * One that is not recorded, since its trace is not sampled, takes everything and tells nothing; its children are itself.
 */
export interface Span extends SpanParent {
  /** 32 hex digits. */
  readonly traceId: string;
  readonly isRecorded: boolean;
  set(attributes: SpanAttributes): void;
  /** Says that this work was, or was also, done by another one. */
  link(other: Span | undefined): void;
  /** It failed; by a word of a bounded set, as `error.type` wants it. */
  fail(errorType: string): void;
  end(): void;
  /** `traceparent`, and `tracestate` where there is one, as https://www.w3.org/TR/trace-context/ writes them. */
  toHeaders(): readonly (readonly [name: string, value: string])[];
}

/** What a caller says of the trace that their request belongs to: `traceparent` and `tracestate`. Undefined, or bad: nothing. */
export interface TraceContext {
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** Where traces begin, and go when they end. */
export interface Tracer {
  /** Begins a span under the one that a caller tells of, or else a trace. */
  readonly start: (name: string, context: TraceContext, options?: SpanOptions) => Span;
  /** How many spans have come to which end: `exported`, `failed` (nobody took them), `dropped` (too many were waiting). */
  readonly counts: () => Readonly<Record<'exported' | 'failed' | 'dropped', number>>;
  /** Sends other header fields with spans from now on: a secret among them has changed. */
  readonly renewHeaders: (headers: Readonly<Record<string, string>>) => void;
  /** Sends what is waiting to be sent, for so long at most. Never rejects. */
  readonly close: (timeoutMs: number) => Promise<void>;
}
