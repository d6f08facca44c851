import type { InputObjectTypeDefinitionNode, InputValueDefinitionNode } from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import type { MessageDescriptor } from '../../registry/descriptors.ts';

import { argumentOf, argumentScalars, type Catalog, readType } from './catalog.ts';
import type { Argument } from './compile-expression.ts';
import { compileRowPath, type Row } from './compile-row-path.ts';
import type { Report } from './mistakes.ts';
import { readSettings } from './read-settings.ts';
import { describeShape, fits } from './shape.ts';

/**
 * Compiles an input type of the links document, a friendlier form of a message: `@criteria(message:)` says of which,
 * `@into(path:)` where a field goes unless its name says it. Inputs within it must have been compiled before.
 * Reports mistakes; answers undefined when the message is not known.
 */
export function compileInput(
  node: InputObjectTypeDefinitionNode,
  catalog: Catalog,
  messages: ReadonlyMap<string, MessageDescriptor>,
  report: Report,
): Argument | undefined {
  const directive = node.directives?.find(({ name }) => name.value === 'criteria');
  const settings = readSettings(directive ?? node, directive?.arguments ?? [], { message: 'text' }, report);
  const fullName = settings.text('message') ?? '';
  const message = messages.get(fullName);
  if (message === undefined) {
    report(
      settings.node,
      `@criteria(message:) names "${fullName}", which is no message${didYouMean(fullName, messages.keys())}`,
    );
    return undefined;
  }
  const fields = (node.fields ?? []).map((field) => compileField(field, message, catalog, report));
  const known = fields.filter((field) => field !== undefined);
  return {
    shape: { type: { kind: 'message', message }, isList: false },
    read: (given) => {
      const value = {};
      for (const field of known) field.write(given as Row, value);
      return value;
    },
    selectsNothing: (given) => known.some((field) => field.selectsNothing(given as Row)),
  };
}

interface InputField {
  readonly write: (given: Row, into: Record<string, unknown>) => void;
  readonly selectsNothing: (given: Row) => boolean;
}

function compileField(
  node: InputValueDefinitionNode,
  message: MessageDescriptor,
  catalog: Catalog,
  report: Report,
): InputField | undefined {
  const name = node.name.value;
  const directive = node.directives?.find((one) => one.name.value === 'into');
  const settings = readSettings(directive ?? node, directive?.arguments ?? [], { path: 'text' }, report);
  const path = compileRowPath(settings.text('path') ?? name, message, settings.nodeOf('path'), report);
  const written = readType(node.type);
  const argument = argumentOf(written, catalog);
  if (argument === undefined) {
    const known = [...argumentScalars.keys(), ...catalog.enums.keys(), ...catalog.inputs.keys()];
    report(
      node.type,
      `"${name}" has the type "${written.name}", which no argument can have${didYouMean(written.name, known)}`,
    );
  }
  if (path === undefined || argument === undefined) return undefined;
  const { shape } = argument;
  if (!fits(shape.type, path.shape.type) || (shape.isList && !path.shape.isList)) {
    report(node, `"${name}" is ${describeShape(shape)}; its place in the message takes ${describeShape(path.shape)}`);
    return undefined;
  }
  const names = path.fields.map(({ jsonName }) => jsonName);
  const isWrapped = path.shape.isList && !shape.isList;
  const isSet = (value: unknown) => value !== undefined && value !== null;
  return {
    write: (given, into) => {
      const value = given[name];
      if (isSet(value)) writeInto(into, names, isWrapped ? [argument.read(value)] : argument.read(value));
    },
    selectsNothing: (given) => isSet(given[name]) && argument.selectsNothing(given[name]),
  };
}

/** Sets a value inside a message in the making; messages on the way are created. */
export function writeInto(message: Record<string, unknown>, names: readonly string[], value: unknown): void {
  let at = message;
  for (const name of names.slice(0, -1)) {
    // A copy: what is there may belong to the arguments, which others share.
    const next = { ...(at[name] as Record<string, unknown> | undefined) };
    at[name] = next;
    at = next;
  }
  at[names.at(-1)!] = value;
}
