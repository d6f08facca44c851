import { expect } from 'vitest';

import { startGateway, type TestGateway, type TestGatewayOptions } from '../app/running-gateway.ts';

import { type OtlpReceiver, type ReceivedSpan, startReceiver } from './otlp-receiver.ts';

/** A gateway that is traced, in front of a demo Cuebot, and where its spans go. */
export interface TracedGateway extends TestGateway {
  readonly receiver: OtlpReceiver;
  /** Stops the gateway, which sends what it has, and gives every span. */
  readonly end: () => Promise<Spans>;
}

/** All spans of a gateway, and short ways to find some. */
export interface Spans {
  readonly all: readonly ReceivedSpan[];
  /** The only span of a name; fails when there is none, or several. */
  readonly one: (name: string) => ReceivedSpan;
  readonly named: (name: string) => readonly ReceivedSpan[];
  /** The names from the first span of its trace to this one. */
  readonly wayTo: (span: ReceivedSpan) => readonly string[];
}

/** Starts both on free ports of 127.0.0.1, and GRPC_PORT with them. */
export async function startTraced({ settings = {}, ...options }: TestGatewayOptions = {}): Promise<TracedGateway> {
  const receiver = await startReceiver();
  const running = await startGateway({
    ...options,
    settings: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, GRPC_PORT: '0', ...settings },
  });
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await running.close();
    await receiver.close();
  };
  return {
    ...running,
    receiver,
    close,
    end: async () => {
      await close();
      return lookAt(receiver.spans);
    },
  };
}

function lookAt(all: readonly ReceivedSpan[]): Spans {
  const named = (name: string) => all.filter((span) => span.name === name);
  const wayTo = (span: ReceivedSpan): readonly string[] => {
    const parent = all.find(({ spanId, traceId }) => spanId === span.parentId && traceId === span.traceId);
    return [...(parent === undefined ? [] : wayTo(parent)), span.name];
  };
  return {
    all,
    named,
    wayTo,
    one: (name) => {
      const found = named(name);
      expect(
        found.map((span) => span.name),
        `among ${all.map((span) => span.name).join(', ')}`,
      ).toEqual([name]);
      return found[0]!;
    },
  };
}
