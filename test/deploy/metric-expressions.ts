import { expect } from 'vitest';

import { type MetricRow, metricTable } from '../../src/telemetry/metric-table.ts';

const rows = new Map<string, MetricRow>(metricTable.map((row) => [row.name, row]));
const metricOf = (used: string) => rows.get(used) ?? rows.get(used.replace(/_(?:bucket|sum|count)$/, ''));

/** What Prometheus adds to every series. */
const added = ['job', 'instance'];

/** Fails where an expression of Prometheus reads a metric that there is not, or a label that it does not have; returns those it reads. */
export function expectOwnMetrics(expr: string): readonly string[] {
  const used = [...expr.matchAll(/\b(cuegate_\w+)(?:\{([^}]*)\})?/g)];
  const labels = new Set([...added, 'le']);
  for (const [, name = '', matchers = ''] of used) {
    const row = metricOf(name);
    expect(row, `${name} is in no row of the table of metrics`).toBeDefined();
    if (row!.type === 'histogram') expect(name).toMatch(/_(?:bucket|sum|count)$/);
    for (const label of row!.labels) labels.add(label);
    for (const [, label] of matchers.matchAll(/(\w+)\s*(?:=|!)/g)) expect([...added, ...row!.labels]).toContain(label);
  }
  for (const [, list = ''] of expr.matchAll(/\bby \(([^)]*)\)/g)) {
    for (const label of list.split(',')) expect([...labels]).toContain(label.trim());
  }
  return used.map(([, name = '']) => name);
}
