import type { MethodDescriptor } from '../registry/descriptors.ts';

import { methodsOf, type TableReading } from './table-methods.ts';

const isSaid = (text: string) => (text === '' ? 'must say something' : undefined);
const settings = { rpcs: isSaid, why: isSaid } as const;

/**
 * Reads the section `idempotency-keys: [{ rpcs, why }]`: the RPCs that take one. What is wrong is added to the document's
 * problems.
 */
export function readIdempotencyKeys(reading: TableReading): ReadonlySet<MethodDescriptor> {
  const { document } = reading;
  const methods = document.entriesOf('idempotency-keys').flatMap((entry) => {
    const { rpcs, why } = document.settingsOf(entry, settings);
    if (rpcs !== undefined && why !== undefined) return methodsOf(rpcs, entry.line, reading);
    document.problems.push(`line ${entry.line}: an entry of "idempotency-keys" needs rpcs and why`);
    return [];
  });
  return new Set(methods);
}
