import { didYouMean } from '../errors/did-you-mean.ts';

import type { DocumentPath, Mistake } from '../documents/read-document.ts';
import { formatPath } from '../documents/read-document.ts';
import type { MethodDescriptor, Registry } from '../registry/descriptors.ts';

import { compileRpcPattern } from './rpc-pattern.ts';

/** What the sections of a table are held against, and where mistakes are gathered. */
export interface TableReading {
  readonly registry: Registry;
  readonly mistakes: readonly Mistake[];
  /** Gathers a mistake, but for what a table says of other protos than its own: there is nothing wrong with those. */
  readonly report: (path: DocumentPath, problem: string) => undefined;
  /** The RPCs that patterns mean, separated by white space. Reports those that mean none. */
  readonly methodsOf: (patterns: string, path: DocumentPath) => readonly MethodDescriptor[];
  /** One RPC by its full name. Reports when there is none. */
  readonly methodOf: (name: string, path: DocumentPath) => MethodDescriptor | undefined;
}

/** @param mustMatch whether what the table names must exist: not when the gateway serves other protos than the table's */
export function beginReading(registry: Registry, mustMatch: boolean): TableReading {
  const mistakes: Mistake[] = [];
  const methods = [...registry.methods.values()];
  const report = (path: DocumentPath, problem: string): undefined => {
    if (mustMatch) mistakes.push({ path, text: `${formatPath(path)}: ${problem}` });
  };
  const reportUnknown = (name: string, path: DocumentPath) =>
    report(path, `"${name}" matches no RPC of the loaded protos${didYouMean(name, registry.methods.keys())}`);
  return {
    registry,
    mistakes,
    report,
    methodsOf: (patterns, path) =>
      patterns.split(/\s+/).flatMap((text) => {
        const matches = methods.filter(compileRpcPattern(text) ?? (() => false));
        if (matches.length === 0) reportUnknown(text, path);
        return matches;
      }),
    methodOf: (name, path) => registry.methods.get(name) ?? reportUnknown(name, path),
  };
}
