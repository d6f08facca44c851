import type { Outcome, Verdict } from './run-conformance.ts';

/** How many failures are shown in full. */
const shown = 20;

/** A table of the sets, the failures, and whether all is well. */
export function reportConformance(outcomes: readonly Outcome[]): { readonly text: string; readonly ok: boolean } {
  const failures = outcomes.filter(({ verdict }) => verdict === 'wrong' || verdict === 'stale');
  const sets = [...new Set(outcomes.map(({ vector }) => vector.set))];
  const lines = [
    row(['set', 'vectors', 'same', 'explained', 'stale', 'wrong', 'passed']),
    ...sets.map((set) =>
      rowOf(
        set,
        outcomes.filter(({ vector }) => vector.set === set),
      ),
    ),
    rowOf('all', outcomes),
    ...failures.slice(0, shown).map(describe),
    ...(failures.length > shown ? [`… and ${failures.length - shown} more`] : []),
  ];
  return { text: lines.join('\n'), ok: failures.length === 0 };
}

function rowOf(name: string, outcomes: readonly Outcome[]): string {
  const count = (verdict: Verdict) => outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const [same, explained, stale, wrong] = [count('same'), count('explained'), count('stale'), count('wrong')];
  const passed = `${((100 * (same + explained)) / outcomes.length).toFixed(1)} %`;
  return row([name, outcomes.length, same, explained, stale, wrong, passed]);
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell, index) => (index === 0 ? String(cell).padEnd(5) : String(cell).padStart(10))).join('');
}

/** A failure, from a little before the first byte that is not as expected. */
function describe({ vector, verdict, differences, expected, actual }: Outcome): string {
  const what = verdict === 'stale' ? 'no longer differs' : 'differs';
  const why = differences.map(({ topic }) => `    listed: ${topic}`);
  const at = firstDifference(expected, actual);
  const excerpt = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 140));
  return [
    `\n${vector.set} (${vector.backend}, ${vector.variant}) ${what}, at byte ${at}:`,
    `    request:  ${JSON.stringify(vector.request.slice(0, 300))}`,
    `    expected: ${excerpt(expected)}`,
    `    actual:   ${excerpt(actual)}`,
    ...why,
  ].join('\n');
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
