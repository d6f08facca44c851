import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

import { type LabelsOf, type MetricName, type MetricNameOf, type MetricRow, metricTable } from './metric-table.ts';

/**
 * The metrics of one gateway. Whoever counts asks for a series once, at boot or when it first occurs, and gets a function
 * that takes no labels: what happens at every call must not build objects.
 */
export interface Metrics {
  /** A series of a counter, which begins at 0 now, as the function that adds one to it. */
  readonly counter: <Name extends MetricNameOf<'counter'>>(name: Name, ...labels: LabelsOf<Name>) => () => void;
  /** A series of a histogram, as the function that takes a measured value, in seconds. */
  readonly histogram: <Name extends MetricNameOf<'histogram'>>(
    name: Name,
    ...labels: LabelsOf<Name>
  ) => (seconds: number) => void;
  /** Has a metric read when it is asked for; for what is counted elsewhere anyway. The series are those that `read` gives. */
  readonly watch: <Name extends MetricNameOf<'counter' | 'gauge'>>(
    name: Name,
    read: () => Iterable<readonly [labels: LabelsOf<Name>, value: number]>,
  ) => void;
  /** Everything as text, in the format of `contentType`. Rejects with what a `read` threw. */
  readonly format: () => Promise<string>;
  readonly contentType: string;
}

type Read = () => Iterable<readonly [labels: readonly string[], value: number]>;

/**
 * From a millisecond, which a small read takes, to the 30 s after which a call is given up. Fourteen of them: the quantiles
 * of dashboards are interpolated between neighbours.
 */
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Registers the whole table, and what Node tells of its process (`process_*`, `nodejs_*`). */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const readers = new Map<string, Read>();
  const metrics = new Map<string, Counter | Gauge | Histogram>(
    metricTable.map((row) => [row.name, register(row, registry, () => readers.get(row.name))]),
  );
  collectDefaultMetrics({ register: registry });
  return {
    counter: (name, ...labels) => {
      const series = (metrics.get(name) as Counter).labels(...labels);
      series.inc(0);
      return series.inc as () => void;
    },
    histogram: (name, ...labels) => (metrics.get(name) as Histogram).labels(...labels).observe,
    watch: (name, read) => void readers.set(name, read),
    format: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function register({ name, type, labels, help }: MetricRow, registry: Registry, readerOf: () => Read | undefined) {
  const settings = { name, help, labelNames: labels, registers: [registry] };
  switch (type) {
    case 'counter':
      return new Counter({
        ...settings,
        collect() {
          for (const [labels, value] of resetAndRead(this, readerOf())) this.labels(...labels).inc(value);
        },
      });
    case 'gauge':
      return new Gauge({
        ...settings,
        collect() {
          for (const [labels, value] of resetAndRead(this, readerOf())) this.labels(...labels).set(value);
        },
      });
    case 'histogram':
      return new Histogram({ ...settings, buckets: secondsBuckets });
  }
}

/** Whoever reads gives all series: one that is gone must not stay at its last value. */
function resetAndRead(metric: { reset(): void }, read: Read | undefined): ReturnType<Read> {
  if (read === undefined) return [];
  metric.reset();
  return read();
}

/** The name of every metric that the table has, for whoever checks others against it. */
export const metricNames: ReadonlySet<string> = new Set<MetricName>(metricTable.map(({ name }) => name));
