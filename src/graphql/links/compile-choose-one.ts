import type { ObjectValueNode } from 'graphql';

import type { MessageDescriptor } from '../../registry/descriptors.ts';

import { GatewayError } from '../../call/gateway-error.ts';

import {
  compileExpression,
  compileRowExpression,
  type Expression,
  type Scope,
  type Vocabulary,
} from './compile-expression.ts';
import type { Row } from './compile-row-path.ts';
import type { Report } from './mistakes.ts';
import type { Settings } from './read-settings.ts';
import { describeShape, fits } from './shape.ts';

/** A field of a row, and what it must be for a parent. */
export interface Comparison {
  readonly row: Expression<Row>;
  readonly wanted: Expression<Scope>;
}

/** Compiles `{ field: "$.expression" }`, as `pick` and `verify` have it. */
export function compileComparisons(
  node: ObjectValueNode | undefined,
  message: MessageDescriptor,
  vocabulary: Vocabulary,
  report: Report,
): readonly Comparison[] {
  return (node?.fields ?? []).flatMap(({ name, value }): Comparison[] => {
    const text = value.kind === 'StringValue' ? value.value : '';
    const row = compileRowExpression(name.value, message, name, report);
    const wanted = compileExpression(text, vocabulary, value, report);
    if (row === undefined || wanted === undefined) return [];
    if (!fits(wanted.shape.type, row.shape.type) || row.shape.isList) {
      report(value, `"${text}" is ${describeShape(wanted.shape)}; "${name.value}" is ${describeShape(row.shape)}`);
    }
    return [{ row, wanted }];
  });
}

/** Whether a row is what these ask for. */
export function compileIsWanted(comparisons: readonly Comparison[]): (row: Row, scope: Scope) => boolean {
  return (row, scope) => comparisons.every(({ row: { evaluate }, wanted }) => evaluate(row) === wanted.evaluate(scope));
}

/**
 * Compiles which of several rows is meant: by `prefer`, expressions of which the first that differs decides, true before
 * false and high before low. Without it, several are a GatewayError: any choice would be a guess.
 */
export function compileChooseOne(
  settings: Settings,
  message: MessageDescriptor,
  owner: string,
  report: Report,
): (rows: readonly Row[]) => Row | undefined {
  const compiled = settings.texts('prefer').map(({ text, node }) => compileRowExpression(text, message, node, report));
  const preferences = compiled.filter((expression) => expression !== undefined);
  const compare = (one: Row, other: Row): number => {
    for (const { evaluate } of preferences) {
      const difference = Number(evaluate(other)) - Number(evaluate(one));
      if (difference !== 0) return difference;
    }
    return 0;
  };
  return (rows) => {
    if (rows.length < 2) return rows[0];
    if (preferences.length > 0) return rows.toSorted(compare)[0];
    throw new GatewayError(
      'FAILED_PRECONDITION',
      `${owner}: ${rows.length} objects have the name that one should have`,
    );
  };
}
