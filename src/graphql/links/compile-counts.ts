import { didYouMean } from '../../errors/did-you-mean.ts';

import type { MessageDescriptor } from '../../registry/descriptors.ts';

import { compileExpression, type Expression, type Scope } from './compile-expression.ts';
import { compileRowPath } from './compile-row-path.ts';
import { type CallCompilation, readObjects } from './find-read-rpc.ts';
import type { CountsPlan } from './plans.ts';
import type { SettingKind, Settings } from './read-settings.ts';
import { describeShape, numberOf } from './shape.ts';

const settingsOfCounts: Readonly<Record<string, SettingKind>> = { of: 'text', by: 'object' };

/** Compiles `counts`: how many rows there are of each value of an enum, among which a request may choose some. */
export function compileCounts(
  settings: Settings,
  request: MessageDescriptor,
  { vocabulary, report }: CallCompilation,
): CountsPlan | undefined {
  const [counts] = readObjects(settings, 'counts', settingsOfCounts, report);
  const path = counts && compileRowPath(counts.text('of') ?? '', request, counts.nodeOf('of'), report);
  if (counts === undefined || path === undefined) return undefined;
  const { type, isList } = path.shape;
  if (type.kind !== 'enum' || !isList) {
    report(counts.nodeOf('of'), `"of" is ${describeShape(path.shape)}; expected a list of values of an enum`);
    return undefined;
  }
  const byNumber = new Map<unknown, Expression<Scope>>();
  for (const { name, value } of counts.object('by')?.fields ?? []) {
    const number = numberOf(type.enum, name.value);
    const names = type.enum.values.map((known) => known.name);
    if (number === undefined)
      report(name, `${type.enum.fullName} has no value "${name.value}"${didYouMean(name.value, names)}`);
    const text = value.kind === 'StringValue' ? value.value : '';
    const count = compileExpression(text, vocabulary, value, report);
    if (number !== undefined && count !== undefined) byNumber.set(number, count);
  }
  return {
    chosenBy: path.read as CountsPlan['chosenBy'],
    countOf: (value, scope) => {
      const count = byNumber.get(value)?.evaluate(scope);
      return typeof count === 'number' ? count : undefined;
    },
  };
}
