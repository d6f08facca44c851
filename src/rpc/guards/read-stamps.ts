import type { TableEntry } from '../table-document.ts';

import { parseFieldPath } from './field-path.ts';
import type { Stamp } from './stamp.ts';
import { methodsOf, type TableReading } from './table-methods.ts';

const isSaid = (text: string) => (text === '' ? 'must say something' : undefined);
const settings = { rpcs: isSaid, field: isSaid, why: isSaid } as const;

/**
 * Reads the section `stamps: [{ rpcs, field, why }]` and holds it against the registry. What is wrong is added to the
 * document's problems.
 */
export function readStamps(reading: TableReading): readonly Stamp[] {
  return reading.document.entriesOf('stamps').flatMap((entry) => readRow(entry, reading));
}

function readRow(entry: TableEntry, reading: TableReading): readonly Stamp[] {
  const { document, mustMatch } = reading;
  const { rpcs, field, why } = document.settingsOf(entry, settings);
  if (rpcs === undefined || field === undefined || why === undefined) {
    document.problems.push(`line ${entry.line}: a stamp needs rpcs, field and why`);
    return [];
  }
  return methodsOf(rpcs, entry.line, reading).flatMap((method) => {
    const path = parseFieldPath(field, method.input);
    const problem = 'problem' in path ? path.problem : isString(path) ? undefined : `"${field}" is no string`;
    if (problem === undefined && !('problem' in path)) return [{ method, field: path }];
    if (mustMatch) document.problems.push(`line ${entry.line}: ${problem} (${method.fullName})`);
    return [];
  });
}

function isString(path: Stamp['field']): boolean {
  const { type } = path.at(-1)!;
  return type.kind === 'scalar' && type.scalar === 'string';
}
