import { nearestName } from '../errors/did-you-mean.ts';

import type { MethodDescriptor, Registry } from '../registry/descriptors.ts';

import { compileRpcPattern } from './rpc-pattern.ts';
import type { TableDocument } from './table-document.ts';

/** What the readers of the table's sections hold it against. */
export interface TableReading {
  readonly document: TableDocument;
  readonly registry: Registry;
  /** Whether what the table names must exist: not when the gateway serves other protos than OpenCue's. */
  readonly mustMatch: boolean;
}

/** The RPCs that some patterns mean, separated by spaces. What is wrong with them is added to the document's problems. */
export function methodsOf(text: string, line: number, reading: TableReading): readonly MethodDescriptor[] {
  return text.split(' ').flatMap((word) => {
    const pattern = compileRpcPattern(word);
    if (pattern === undefined) {
      reading.document.problems.push(
        `line ${line}: "${word}" is no pattern; expected <service>/<method>, e.g. job.JobInterface/Get*`,
      );
      return [];
    }
    const methods = [...reading.registry.methods.values()].filter(pattern);
    if (methods.length === 0) reportUnknown(word, line, reading);
    return methods;
  });
}

/** One RPC by its full name; undefined, with a problem, when there is none. */
export function methodOf(name: string, line: number, reading: TableReading): MethodDescriptor | undefined {
  const method = reading.registry.methods.get(name);
  if (method === undefined) reportUnknown(name, line, reading);
  return method;
}

function reportUnknown(name: string, line: number, { document, registry, mustMatch }: TableReading): void {
  if (!mustMatch) return;
  const nearest = nearestName(name, registry.methods.keys());
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  document.problems.push(`line ${line}: "${name}" matches no RPC of the loaded protos${hint}`);
}
