import type { ConstDirectiveNode } from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import { type StatusName, statusCode } from '../../call/status.ts';

import { compileErrorTranslation } from '../execution/compile-error-translation.ts';
import { scalarNameOf } from '../schema/scalar-names.ts';
import { compileBatch } from './compile-batch.ts';
import { type Comparison, compileChooseOne, compileComparisons, compileIsWanted } from './compile-choose-one.ts';
import { compileCounts } from './compile-counts.ts';
import { compileExpression, holds } from './compile-expression.ts';
import { compilePages } from './compile-pages.ts';
import type { Row } from './compile-row-path.ts';
import { compileTemplate } from './compile-template.ts';
import { type CallCompilation, compileTake, findReadRpc, messageOf } from './find-read-rpc.ts';
import type { Report } from './mistakes.ts';
import type { CallPlan, ReachPlan } from './plans.ts';
import { readSettings, type SettingKind, type Settings } from './read-settings.ts';
import { describeShape, type Shape } from './shape.ts';

const settingsOfRpc: Readonly<Record<string, SettingKind>> = {
  when: 'text',
  known: 'text',
  reach: 'text',
  method: 'text',
  with: 'object',
  take: 'text',
  total: 'text',
  counts: 'object',
  since: 'text',
  pages: 'object',
  pick: 'object',
  prefer: 'texts',
  verify: 'object',
  nullOn: 'names',
  owns: 'flag',
  batch: 'object',
};

/** Compiles one `@rpc`. Reports every mistake in it, and answers undefined when there is no RPC to speak of. */
export function compileCall(directive: ConstDirectiveNode, compilation: CallCompilation): CallPlan | undefined {
  const { vocabulary, owner, type, table, report } = compilation;
  const settings = readSettings(directive, directive.arguments ?? [], settingsOfRpc, report);
  const rpc = findReadRpc(settings, compilation);
  if (rpc === undefined) return undefined;
  const { method } = rpc;
  const taken = compileTake(settings, method.output, report);
  if (taken === undefined) return undefined;
  const { condition, whenArgument } = compileWhen(settings, compilation);
  const template = compileTemplate(settings.object('with'), method.input, vocabulary, report);
  const row = messageOf(taken.shape);
  checkResult(taken.shape, settings, compilation);
  const known = readKnown(settings, compilation);
  const batch = row && compileBatch(settings, { ...compilation, type, row, rpc, take: taken });
  const pick = compilePick(settings, taken.shape, compilation);
  const comparisons = row ? compileComparisons(settings.object('verify'), row, vocabulary, report) : [];
  const isRightRow = compileIsWanted(comparisons);
  return {
    owner,
    rpc,
    when: condition && ((scope) => holds(condition.evaluate(scope))),
    whenOwners: condition?.ancestors ?? [],
    whenArgument,
    known,
    reach: readReach(settings, compilation),
    counts: compileCounts(settings, method.input, compilation),
    pages: compilePages(settings, method.input, compilation),
    since: settings.text('since'),
    total: compileTotal(settings, compilation),
    owns: settings.flag('owns'),
    nullOn: readStatuses(settings, report),
    template,
    take: taken.read,
    isRight:
      comparisons.length === 0
        ? undefined
        : (value, scope) =>
            Array.isArray(value)
              ? value.every((one: Row) => isRightRow(one, scope))
              : value === null || value === undefined || isRightRow(value as Row, scope),
    choose: pick.choose,
    batch,
    ancestors: [
      ...template.ancestors,
      ...(condition?.ancestors ?? []),
      ...(known === undefined ? [] : [known]),
      ...[...comparisons, ...pick.comparisons].flatMap(({ wanted }) => wanted.ancestors),
      ...(batch?.ancestors ?? []),
    ],
    translate: compileErrorTranslation(method, table),
  };
}

function compileWhen(settings: Settings, { vocabulary, report }: CallCompilation) {
  const text = settings.text('when');
  return {
    condition: text === undefined ? undefined : compileExpression(text, vocabulary, settings.nodeOf('when'), report),
    whenArgument: /^\$args\.(\w+)$/.exec(text ?? '')?.[1],
  };
}

function compileTotal(settings: Settings, { vocabulary, report }: CallCompilation) {
  const text = settings.text('total');
  return text === undefined ? undefined : compileExpression(text, vocabulary, settings.nodeOf('total'), report);
}

/** Compiles `reach`, which names a link without arguments of the same type. */
function readReach(settings: Settings, { typeName, linkTypeOf, report }: CallCompilation): ReachPlan | undefined {
  const link = settings.text('reach');
  if (link === undefined) return undefined;
  const reached = linkTypeOf(typeName, link);
  if (reached === undefined) {
    report(settings.nodeOf('reach'), `${typeName} has no link "${link}" to one object without arguments`);
    return undefined;
  }
  return { link, typeName: reached };
}

function readKnown(
  settings: Settings,
  { vocabulary: { messages }, type, report }: CallCompilation,
): string | undefined {
  const known = settings.text('known');
  if (known === undefined) return undefined;
  const name = known.replace(/^\$/, '');
  if (!messages.has(name))
    report(settings.nodeOf('known'), `no type is named "${name}"${didYouMean(name, messages.keys())}`);
  else if (name !== type.name) report(settings.nodeOf('known'), `"known" is ${name}; the field is ${type.name}`);
  return name;
}

function readStatuses(settings: Settings, report: Report): ReadonlySet<StatusName> {
  const names = settings.texts('nullOn');
  for (const { text, node } of names) {
    if (Object.hasOwn(statusCode, text)) continue;
    report(node, `"${text}" is no gRPC status${didYouMean(text, Object.keys(statusCode))}`);
  }
  return new Set(names.map(({ text }) => text as StatusName));
}

/** Whether what is taken is what the field promises. */
function checkResult({ type, isList }: Shape, settings: Settings, compilation: CallCompilation): void {
  const { catalog, type: written, report } = compilation;
  const node = settings.nodeOf('take');
  const message = type.kind === 'message' ? type.message : undefined;
  const name = scalarNameOf({ type }) ?? (message && catalog.names.outputType(message));
  const found = name === undefined ? describeShape({ type, isList }) : `${isList ? 'a list of ' : ''}${name}`;
  if (name !== written.name) report(node, `"take" gives ${found}; the field is ${written.name}`);
  else if (isList && !written.isList && !settings.has('pick')) {
    report(node, `"take" gives ${found}; "pick" must say which of them the field is`);
  } else if (!isList && written.isList) report(node, `"take" gives ${found}; the field is a list`);
}

interface Pick {
  readonly choose: CallPlan['choose'];
  readonly comparisons: readonly Comparison[];
}

/** Compiles `pick`: which of all rows the link means; those of several keys come in the order of the keys. */
function compilePick(settings: Settings, { isList, type }: Shape, compilation: CallCompilation): Pick {
  const node = settings.object('pick');
  const everything: Pick = { choose: (taken) => taken, comparisons: [] };
  if (node === undefined) return everything;
  const { vocabulary, owner, type: written, report } = compilation;
  if (!isList || type.kind !== 'message') {
    report(node, '"pick" chooses among rows, and "take" gives none');
    return everything;
  }
  const comparisons = compileComparisons(node, type.message, vocabulary, report);
  const chooseOne = compileChooseOne(settings, type.message, owner, report);
  const [first, ...others] = comparisons;
  if (first === undefined) return everything;
  const find = createIndex(first.row);
  if (first.wanted.shape.isList) {
    if (others.length > 0 || !written.isList) report(node, '"pick" by a list of keys needs a list and one field');
    const chooseByKeys: Pick['choose'] = (taken, scope) => {
      const keys = (first.wanted.evaluate(scope) ?? []) as readonly unknown[];
      return keys.flatMap((key) => find(taken as readonly Row[], key).slice(0, 1));
    };
    return { choose: chooseByKeys, comparisons };
  }
  const isWanted = compileIsWanted(others);
  const choose: Pick['choose'] = (taken, scope) => {
    const found = find(taken as readonly Row[], first.wanted.evaluate(scope));
    const rows = others.length === 0 ? found : found.filter((row) => isWanted(row, scope));
    return written.isList ? rows : (chooseOne(rows) ?? null);
  };
  return { choose, comparisons };
}

const noRows: readonly Row[] = Object.freeze([]);

/** Finds rows by a key of theirs. Thousands of parents may look into one list, so each list is read through once. */
function createIndex({ evaluate }: Comparison['row']): (rows: readonly Row[], key: unknown) => readonly Row[] {
  const indexes = new WeakMap<readonly Row[], ReadonlyMap<unknown, readonly Row[]>>();
  return (rows, key) => {
    let index = indexes.get(rows);
    if (index === undefined) {
      index = groupBy(rows, evaluate);
      indexes.set(rows, index);
    }
    return index.get(key) ?? noRows;
  };
}

function groupBy(rows: readonly Row[], keyOf: (row: Row) => unknown): ReadonlyMap<unknown, readonly Row[]> {
  const groups = new Map<unknown, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}
