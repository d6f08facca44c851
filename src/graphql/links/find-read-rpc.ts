import { didYouMean } from '../../errors/did-you-mean.ts';

import type { MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import { compileValueToWire } from '../../codec/value/value-to-wire.ts';

import type { RpcTable } from '../../rpc-table/rpc-table.ts';

import { compileOpenReply, type ReplyForm } from '../execution/open-reply.ts';
import type { Catalog, WrittenType } from './catalog.ts';
import type { Vocabulary } from './compile-expression.ts';
import { compileRowPath, type Row } from './compile-row-path.ts';
import type { Report } from './mistakes.ts';
import type { ReadRpc } from './plans.ts';
import { readSettings, type SettingKind, type Settings } from './read-settings.ts';
import type { Shape } from './shape.ts';

/** What calls of links are compiled with. */
export interface CallCompilation {
  readonly registry: Registry;
  readonly table: RpcTable;
  readonly catalog: Catalog;
  /** What the link's expressions may refer to. */
  readonly vocabulary: Vocabulary;
  /** The link, e.g. `Job.layers`. */
  readonly owner: string;
  /** The type that the link is a field of. */
  readonly typeName: string;
  /** What a link of the document without arguments leads to, if that is one object. */
  readonly linkTypeOf: (typeName: string, link: string) => string | undefined;
  /** The link's type. */
  readonly type: WrittenType;
  readonly report: Report;
  readonly replyForm: ReplyForm;
}

/** Finds the RPC that `method` names and prepares reading by it. Reports when it is none, or one that writes or streams. */
export function findReadRpc(
  settings: Settings,
  { registry, table, report, replyForm }: CallCompilation,
): ReadRpc | undefined {
  const name = settings.text('method') ?? '';
  const method = registry.methods.get(name);
  const node = settings.nodeOf('method');
  if (method === undefined) {
    report(
      node,
      `no RPC is named "${name}"; expected <package>.<Service>/<Method>${didYouMean(name, registry.methods.keys())}`,
    );
    return undefined;
  }
  if (method.clientStreaming || method.serverStreaming) report(node, `${name} streams; a link needs one answer`);
  if (table.factsOf(method).kind === 'write') report(node, `${name} writes; links only read`);
  return {
    method,
    encode: compileValueToWire(method.input, registry),
    open: compileOpenReply(method.output, registry, replyForm) as ReadRpc['open'],
  };
}

/** What `take` names within a reply; the whole reply when it is left out. */
export interface Taken {
  readonly shape: Shape;
  readonly read: (reply: Row) => unknown;
}

/** Compiles `take`. A message on the way that is not set holds no rows. */
export function compileTake(settings: Settings, message: MessageDescriptor, report: Report): Taken | undefined {
  const text = settings.text('take');
  if (text === undefined)
    return { shape: { type: { kind: 'message', message }, isList: false }, read: (reply) => reply };
  const path = compileRowPath(text, message, settings.nodeOf('take'), report);
  if (path === undefined) return undefined;
  const { shape, read } = path;
  const none: readonly unknown[] = Object.freeze([]);
  return { shape, read: shape.isList ? (reply) => read(reply) ?? none : (reply) => read(reply) ?? null };
}

/** The message of a shape; undefined when it has none. */
export function messageOf({ type }: Shape): MessageDescriptor | undefined {
  return type.kind === 'message' ? type.message : undefined;
}

/** Reads the settings of objects within an `@rpc`; none when they are left out. */
export function readObjects(
  settings: Settings,
  name: string,
  known: Readonly<Record<string, SettingKind>>,
  report: Report,
): readonly Settings[] {
  return settings.objects(name).map((node) => readSettings(node, node.fields, known, report));
}
