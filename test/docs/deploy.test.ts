import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { expectOwnMetrics } from '../deploy/metric-expressions.ts';
import { isPromtoolMissing, promtool } from '../telemetry/promtool.ts';

/** What people copy to run cuegate: held to what cuegate is, so that neither drifts from the other. */

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string) => readFileSync(pathOf(path), 'utf8');

describe('deploy/prometheus/alerts.yaml', () => {
  interface Rule {
    readonly alert: string;
    readonly expr: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }
  const rules: readonly Rule[] = parse(read('deploy/prometheus/alerts.yaml')).groups.flatMap(
    ({ rules }: { readonly rules: readonly Rule[] }) => rules,
  );
  it.each(rules)('$alert uses metrics that there are, with labels that they have', ({ expr }) => {
    const used = expectOwnMetrics(expr);
    expect(used.length > 0 || expr.startsWith('up{job="cuegate"}')).toBe(true);
  });

  it.each(rules)('$alert says what is wrong and why that matters', ({ alert, labels, annotations }) => {
    expect(alert).toMatch(/^Cue(?:gate|bot)[A-Z]/);
    expect(['warning', 'critical']).toContain(labels['severity']);
    expect(Object.keys(annotations)).toEqual(['summary', 'why']);
  });

  // Skipped where promtool is not installed; see promtool.ts.
  it.skipIf(isPromtoolMissing)('passes promtool', () => {
    const { output, code } = promtool(['check', 'rules', pathOf('deploy/prometheus/alerts.yaml')]);
    expect(code, output).toBe(0);
    expect(output).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  it.skipIf(isPromtoolMissing)('fires at a farm on fire, and lets one at peace alone', () => {
    const { output, code } = promtool(['test', 'rules', pathOf('deploy/prometheus/alerts-test.yaml')]);
    expect(code, output).toBe(0);
  });

  it('has a test of each rule', () => {
    const tested = read('deploy/prometheus/alerts-test.yaml');
    for (const { alert } of rules) expect(tested).toContain(`alertname="${alert}"`);
  });
});

describe('deploy/', () => {
  it('holds no file that looks like a secret', () => {
    const files = readdirSync(pathOf('deploy'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => /secret|\.env|\.pem|\.key$/.test(name))).toEqual([]);
  });
});
