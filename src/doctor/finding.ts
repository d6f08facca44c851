/** How bad a finding is, from the best to the worst. */
export const severities = ['ok', 'note', 'warning', 'error'] as const;

/** One of these. */
export type Severity = (typeof severities)[number];

/** One thing that was looked at. Every text is for people, and holds no secret. */
export interface Finding {
  /** What it is about, e.g. `Cuebot`. */
  readonly about: string;
  readonly severity: Severity;
  /** What was found: a sentence without a stop. */
  readonly found: string;
  /** How to mend it, or what it means; a sentence without a stop. */
  readonly advice?: string;
}

/** The worst of some findings; `ok` when there are none. */
export function worstOf(findings: readonly Finding[]): Severity {
  const worst = Math.max(0, ...findings.map(({ severity }) => severities.indexOf(severity)));
  return severities[worst]!;
}

/** The findings for people, a line each, with what to do below it. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.map(({ about, severity, found, advice }) => {
    const head = `${severity.padEnd(7)}  ${about.padEnd(width)}  ${found}`;
    return advice === undefined ? head : `${head}\n${' '.repeat(width + 11)}${advice}`;
  });
  return `${lines.join('\n')}\n`;
}
