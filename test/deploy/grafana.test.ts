import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

import { createMetrics } from '../../src/telemetry/create-metrics.ts';
import { metricTable } from '../../src/telemetry/metric-table.ts';

import { isPromtoolMissing, promtool } from '../telemetry/promtool.ts';
import { expectOwnMetrics } from './metric-expressions.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const text = readFileSync(fileURLToPath(new URL('../../deploy/grafana/cuegate.json', import.meta.url)), 'utf8');
const panels: readonly Panel[] = JSON.parse(text).panels;
const charts = panels.filter(({ type }) => type !== 'row');
const expressions = charts.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));

/** Shown by none, since another one says the same: a lane is busy or calls wait, Cuebot is connected or not, and so on. */
const unseen = [
  'cuegate_lane_busy',
  'cuegate_lane_turns_total',
  'cuegate_upstream_state',
  'cuegate_gateway_errors_total',
  'cuegate_key_set_fetch_failures_total',
  'cuegate_api_keys_file_usable',
  'cuegate_reloads_total',
  'cuegate_reloaded_files_usable',
  'cuegate_tls_certificate_usable',
];

describe('deploy/grafana/cuegate.json', () => {
  it.each(expressions)('“$title” reads metrics that there are, with labels that they have: $expr', async ({ expr }) => {
    const own = expectOwnMetrics(expr);
    const ofProcess = [...expr.matchAll(/\b((?:nodejs|process)_\w+)/g)].map(([, name = '']) => name);
    const told = await createMetrics().format();
    for (const name of ofProcess) expect(told).toContain(`# TYPE ${name} `);
    expect(own.length + ofProcess.length).toBeGreaterThan(0);
    // Of the gateways that are chosen, and of nobody else.
    expect(expr.split('job="$job",instance=~"$instance"').length - 1).toBe(own.length + ofProcess.length);
  });

  it('names labels in legends that its expressions keep', () => {
    for (const { targets } of charts) {
      for (const { expr, legendFormat } of targets) {
        const kept = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(/, */);
        const [name = ''] = /cuegate_\w+/.exec(expr) ?? [];
        const labels = kept ?? ['instance', ...(metricTable.find((row) => row.name === name)?.labels ?? [])];
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(labels).toContain(label);
      }
    }
  });

  it('shows every metric, or says by which other one it is seen', () => {
    const shown = new Set(expressions.flatMap(({ expr }) => expectOwnMetrics(expr)));
    const names = metricTable.map(({ name }) => name);
    const isShown = (name: string) => shown.has(name) || shown.has(`${name}_bucket`);
    expect(names.filter((name) => !isShown(name))).toEqual(unseen);
  });

  it('explains each chart, and lays none over another', () => {
    for (const { description } of charts) expect(description).toMatch(/\.$/);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken).not.toContain(`${x},${y}`);
          taken.add(`${x},${y}`);
        }
      }
    }
  });

  // Skipped where promtool is not installed; see promtool.ts.
  it.skipIf(isPromtoolMissing)('has expressions that Prometheus can read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cuegate-grafana-'));
    const file = join(folder, 'rules.yaml');
    const rules = expressions.map(({ expr }, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(job|instance)/g, '.*'),
    }));
    writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { output, code } = promtool(['check', 'rules', file]);
    rmSync(folder, { recursive: true });
    expect(code, output).toBe(0);
  });
});
