import type { MessageDescriptor } from '../../registry/descriptors.ts';

import { compileChooseOne } from './compile-choose-one.ts';
import { compileExpression, compileRowExpression, type Expression } from './compile-expression.ts';
import { compileRowPath, type Row } from './compile-row-path.ts';
import { compileTemplate } from './compile-template.ts';
import { type CallCompilation, compileTake, findReadRpc, messageOf, readObjects, type Taken } from './find-read-rpc.ts';
import type { BatchPlan, CutPlan, ReadRpc, UniquePlan } from './plans.ts';
import type { SettingKind, Settings } from './read-settings.ts';
import { describeShape, fits } from './shape.ts';

/** What a batch is compiled with: all that its link is, and the link's own call. */
export interface BatchCompilation extends CallCompilation {
  /** What the link answers with. */
  readonly row: MessageDescriptor;
  /** The link's own RPC, and what it takes of a reply: the batch's as well, unless it says otherwise. */
  readonly rpc: ReadRpc;
  readonly take: Taken;
}

const settingsOfBatch: Readonly<Record<string, SettingKind>> = {
  method: 'text',
  with: 'object',
  take: 'text',
  into: 'text',
  key: 'texts',
  match: 'texts',
  prefer: 'texts',
  missing: 'name',
  unique: 'objects',
  cut: 'object',
};

/** Compiles `batch`; undefined without one, or when it cannot be made sense of, which is reported. */
export function compileBatch(settings: Settings, compilation: BatchCompilation): BatchPlan | undefined {
  const { vocabulary, owner, row, type, report } = compilation;
  const [batch] = readObjects(settings, 'batch', settingsOfBatch, report);
  if (batch === undefined) return undefined;
  const rpc = batch.has('method') ? findReadRpc(batch, compilation) : compilation.rpc;
  if (rpc === undefined) return undefined;
  const { input, output } = rpc.method;
  const take = batch.has('take') || batch.has('method') ? compileTake(batch, output, report) : compilation.take;
  if (take === undefined) return undefined;
  if (!take.shape.isList || messageOf(take.shape) !== row) {
    report(batch.nodeOf('take'), `"take" gives ${describeShape(take.shape)}; expected a list of ${row.fullName}`);
  }
  const keys = batch.texts('key').map(({ text, node }) => compileExpression(text, vocabulary, node, report));
  const matches = batch.texts('match').map(({ text, node }) => compileRowExpression(text, row, node, report));
  if (keys.length === 0 || keys.length !== matches.length) {
    report(
      batch.node,
      `"key" has ${keys.length} part(s) and "match" ${matches.length}; expected as many, and at least one`,
    );
  }
  const into = compileRowPath(batch.text('into') ?? '', input, batch.nodeOf('into'), report);
  const [key] = keys;
  if (into !== undefined && key !== undefined && (!into.shape.isList || !fits(key.shape.type, into.shape.type))) {
    report(
      batch.nodeOf('into'),
      `"into" takes ${describeShape(into.shape)}; expected a list of ${describeShape(key.shape)}`,
    );
  }
  checkMissing(batch, compilation);
  const template = compileTemplate(batch.object('with'), input, vocabulary, report);
  const proofs = readObjects(batch, 'unique', settingsOfUnique, report);
  const unique = proofs.map((proof) => compileUnique(proof, compilation)).filter((proof) => proof !== undefined);
  const cut = compileCut(batch, input, compilation);
  const names = into?.fields.map(({ jsonName }) => jsonName) ?? [];
  const words = ['match', 'prefer', 'missing'].flatMap((name) => batch.texts(name).map(({ text }) => text));
  // What depends on more than the key is not for other links to share.
  const mine = unique.length === 0 && cut === undefined ? '' : owner;
  return {
    id: [rpc.method.fullName, batch.text('take'), names.join('.'), ...words, type.isList, mine].join(' '),
    rpc,
    template,
    take: take.read as BatchPlan['take'],
    into: names,
    keys: keys.filter((one) => one !== undefined),
    matches: matches.filter((one) => one !== undefined),
    isList: type.isList,
    choose: compileChooseOne(batch, row, owner, report),
    asksIfMissing: batch.text('missing') === 'ASK',
    unique,
    cut,
    ancestors: [
      ...template.ancestors,
      ...unique.flatMap((proof) => [...proof.template.ancestors, ...proof.key.ancestors]),
      ...[...keys, cut?.size].flatMap((expression) => expression?.ancestors ?? []),
    ],
  };
}

function checkMissing(batch: Settings, { report }: BatchCompilation): void {
  const missing = batch.text('missing');
  if (missing === undefined || missing === 'ASK') return;
  report(
    batch.nodeOf('missing'),
    `"missing" is ${missing}; expected ASK, or nothing where a missing row is the answer`,
  );
}

const settingsOfUnique: Readonly<Record<string, SettingKind>> = {
  method: 'text',
  with: 'object',
  take: 'text',
  key: 'text',
  match: 'text',
};

function compileUnique(settings: Settings, compilation: BatchCompilation): UniquePlan | undefined {
  const { vocabulary, report } = compilation;
  const rpc = findReadRpc(settings, compilation);
  const take = rpc && compileTake(settings, rpc.method.output, report);
  const row = take && messageOf(take.shape);
  if (rpc === undefined || take === undefined || row === undefined) return undefined;
  const match = compileRowExpression(settings.text('match') ?? '', row, settings.nodeOf('match'), report);
  const key = compileExpression(settings.text('key') ?? '', vocabulary, settings.nodeOf('key'), report);
  if (match === undefined || key === undefined) return undefined;
  const template = compileTemplate(settings.object('with'), rpc.method.input, vocabulary, report);
  return { rpc, template, take: take.read as (reply: Row) => readonly Row[], key, match };
}

const settingsOfCut: Readonly<Record<string, SettingKind>> = {
  size: 'text',
  limitInto: 'text',
  order: 'text',
  limit: 'text',
  page: 'text',
};

function compileCut(batch: Settings, request: MessageDescriptor, compilation: BatchCompilation): CutPlan | undefined {
  const { vocabulary, row, report } = compilation;
  const [settings] = readObjects(batch, 'cut', settingsOfCut, report);
  if (settings === undefined) return undefined;
  const expression = (name: string): CutPlan['size'] | undefined =>
    compileExpression(settings.text(name) ?? '', vocabulary, settings.nodeOf(name), report);
  const size = expression('size');
  const limit = expression('limit');
  const page = expression('page');
  const limitInto = compileRowPath(settings.text('limitInto') ?? '', request, settings.nodeOf('limitInto'), report);
  const order: Expression<Row> | undefined = compileRowExpression(
    settings.text('order') ?? '',
    row,
    settings.nodeOf('order'),
    report,
  );
  if (
    size === undefined ||
    limit === undefined ||
    page === undefined ||
    limitInto === undefined ||
    order === undefined
  ) {
    return undefined;
  }
  return { size, limit, page, order, limitInto: limitInto.fields.map(({ jsonName }) => jsonName) };
}
