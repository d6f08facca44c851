import {
  type ArgumentNode,
  type ASTNode,
  Kind,
  type ObjectFieldNode,
  type ObjectValueNode,
  type ValueNode,
} from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import type { Report } from './mistakes.ts';

/** What a setting may be: a text, texts (one will do), an object or objects, a name or names as of an enum, true or false, a whole number. */
export type SettingKind = 'text' | 'texts' | 'object' | 'objects' | 'name' | 'names' | 'flag' | 'number';

/** The settings of a directive, or of an object within one, each of its kind. */
export interface Settings {
  readonly node: ASTNode;
  readonly has: (name: string) => boolean;
  /** Where a setting stands; the whole when it is left out. */
  readonly nodeOf: (name: string) => ASTNode;
  /** A text, or a name; undefined when it is left out. */
  readonly text: (name: string) => string | undefined;
  /** Texts or names; empty when they are left out. */
  readonly texts: (name: string) => readonly { readonly text: string; readonly node: ASTNode }[];
  readonly object: (name: string) => ObjectValueNode | undefined;
  /** Objects; empty when they are left out. */
  readonly objects: (name: string) => readonly ObjectValueNode[];
  readonly flag: (name: string) => boolean;
  readonly number: (name: string) => number | undefined;
}

/** Reads settings. Reports unknown ones and those of a wrong kind, and goes on without them. */
export function readSettings(
  node: ASTNode,
  entries: readonly (ArgumentNode | ObjectFieldNode)[],
  known: Readonly<Record<string, SettingKind>>,
  report: Report,
): Settings {
  const values = new Map<string, ValueNode>();
  for (const { name, value } of entries) {
    const kind = known[name.value];
    if (kind === undefined) {
      report(name, `there is no setting "${name.value}"${didYouMean(name.value, Object.keys(known))}`);
    } else if (!kinds[kind].accepts(value)) {
      report(value, `"${name.value}" must be ${kinds[kind].expectation}`);
    } else {
      values.set(name.value, value);
    }
  }
  const listOf = (value: ValueNode | undefined) => {
    if (value === undefined) return [];
    return value.kind === Kind.LIST ? value.values : [value];
  };
  const textsOf = (value: ValueNode | undefined) => {
    return listOf(value).map((one) => ({ text: (one as { value: string }).value, node: one }));
  };
  return {
    node,
    has: (name) => values.has(name),
    nodeOf: (name) => values.get(name) ?? node,
    text: (name) => textsOf(values.get(name))[0]?.text,
    texts: (name) => textsOf(values.get(name)),
    object: (name) => values.get(name) as ObjectValueNode | undefined,
    objects: (name) => listOf(values.get(name)) as ObjectValueNode[],
    flag: (name) => (values.get(name) as { value: boolean } | undefined)?.value ?? false,
    number: (name) => {
      const value = values.get(name);
      return value === undefined ? undefined : Number((value as { value: string }).value);
    },
  };
}

interface KindRule {
  readonly expectation: string;
  readonly accepts: (value: ValueNode) => boolean;
}

const isOf =
  (...wanted: readonly Kind[]) =>
  ({ kind }: ValueNode) =>
    wanted.includes(kind);

const isListOf = (kind: Kind) => (value: ValueNode) =>
  value.kind === kind || (value.kind === Kind.LIST && value.values.length > 0 && value.values.every(isOf(kind)));

const kinds: Readonly<Record<SettingKind, KindRule>> = {
  text: { expectation: 'text in quotes', accepts: isOf(Kind.STRING) },
  texts: { expectation: 'text in quotes, or a list of such', accepts: isListOf(Kind.STRING) },
  object: { expectation: 'an object { … }', accepts: isOf(Kind.OBJECT) },
  objects: { expectation: 'an object { … }, or a list of such', accepts: isListOf(Kind.OBJECT) },
  name: { expectation: 'a name without quotes', accepts: isOf(Kind.ENUM) },
  names: { expectation: 'a name without quotes, or a list of such', accepts: isListOf(Kind.ENUM) },
  flag: { expectation: 'true or false', accepts: isOf(Kind.BOOLEAN) },
  number: { expectation: 'a whole number', accepts: isOf(Kind.INT) },
};
