import type { FeatureChoices, ProtoSyntax } from '../features.ts';
import type { ProtoEnum, ProtoEnumValue, ProtoExtension, ProtoField, ProtoMessage, ProtoOneof } from '../proto-file.ts';

import { declare, type Options, parseBracketOptions, parseOptionStatement, readFeatures } from './parse-options.ts';
import {
  at,
  expect,
  fail,
  next,
  peek,
  readBlock,
  readInteger,
  readName,
  readReference,
  report,
  skipBalanced,
  take,
  type TokenCursor,
} from './token-cursor.ts';
import type { Token } from './tokenize-proto.ts';

/** The cursor, and what declarations add to their file or ask of it. */
export interface ProtoContext extends TokenCursor {
  syntax: ProtoSyntax;
  package: string;
  readonly extensions: ProtoExtension[];
}

/** How deep messages may be nested; protoc allows 32. */
const maxDepth = 100;

/** The message that is being read. */
interface Body {
  readonly name: string;
  /** Its name within the file, those of enclosing messages before it. */
  readonly path: string;
  readonly fields: ProtoField[];
  readonly oneofs: ProtoOneof[];
  readonly messages: ProtoMessage[];
  readonly enums: ProtoEnum[];
}

/**
 * Reads a message. `first` is the token that its comment stands before; `outer` is the path of the message around it, empty
 * where there is none.
 */
export function parseMessage(context: ProtoContext, first: Token, outer: string): ProtoMessage {
  next(context);
  return parseBody(context, first, readName(context, 'the name of a message'), outer);
}

function parseBody(context: ProtoContext, first: Token, name: string, outer: string): ProtoMessage {
  const path = outer === '' ? name : `${outer}.${name}`;
  if (path.split('.').length > maxDepth) return fail(context, `at most ${maxDepth} messages in one another`);
  const body: Body = { name, path, fields: [], oneofs: [], messages: [], enums: [] };
  const options = new Map<string, string>();
  let extensionRange: { line: number } | undefined;

  const open = readBlock(context, `message ${name}`, () => {
    const inner = takeVisibility(context);
    const { line } = inner;
    if (at(context, 'message')) body.messages.push(parseMessage(context, inner, path));
    else if (at(context, 'enum')) body.enums.push(parseEnum(context, inner));
    else if (at(context, 'oneof')) body.oneofs.push(parseOneof(context, body));
    else if (at(context, 'extend')) parseExtend(context, path, body.messages);
    else if (take(context, 'option')) parseOptionStatement(context, options);
    else if (take(context, 'reserved')) skipStatement(context);
    else if (take(context, 'extensions')) {
      skipStatement(context);
      extensionRange ??= { line };
    } else parseField(context, body, undefined);
  });
  const { line, comment, deprecated } = declare(first, open, name, options);
  // Spelled out, and so are fields: V8 is slow in adding to an object that was spread, and a schema has thousands of them.
  return {
    name,
    line,
    comment,
    deprecated,
    features: readFeatures(context, first.line, options),
    fields: body.fields,
    oneofs: body.oneofs,
    messages: body.messages,
    enums: body.enums,
    extensionRange,
    messageSet: options.get('message_set_wire_format') === 'true',
  };
}

/**
 * Passes over what edition 2024 says of who may see a message or an enum, for that is the compiler's concern. Gives the
 * token with which the declaration begins.
 */
export function takeVisibility(context: ProtoContext): Token {
  const first = peek(context);
  const isModifier = at(context, 'export') || at(context, 'local');
  if (isModifier && (at(context, 'message', 1) || at(context, 'enum', 1))) next(context);
  return first;
}

/**
 * Reads what `extend` begins. Of its fields only the messages remain that groups declare, which are added to those around
 * it; `outer` is the path of the message around it.
 */
export function parseExtend(context: ProtoContext, outer: string, messages: ProtoMessage[]): void {
  const { line } = next(context);
  const extendee = readReference(context, 'the name of a message');
  const body: Body = { name: extendee, path: outer, fields: [], oneofs: [], messages, enums: [] };
  readBlock(context, `the extension of ${extendee}`, () => parseField(context, body, undefined));
  context.extensions.push({ extendee, scope: outer, line });
}

function parseOneof(context: ProtoContext, body: Body): ProtoOneof {
  const first = next(context);
  const name = readName(context, 'the name of a oneof');
  const options = new Map<string, string>();
  const open = readBlock(context, `oneof ${name}`, () => {
    if (take(context, 'option')) parseOptionStatement(context, options);
    else parseField(context, body, name);
  });
  return { ...declare(first, open, name, options), features: readFeatures(context, first.line, options) };
}

function parseField(context: ProtoContext, body: Body, oneof: string | undefined): void {
  const first = peek(context);
  const label = parseLabel(context, body.name, oneof);
  const group = take(context, 'group');
  let type = group ? '' : readReference(context, 'a field');
  let mapKey: string | undefined;
  if (type === 'map' && take(context, '<')) {
    mapKey = readReference(context, 'the type of the keys');
    expect(context, ',');
    type = readReference(context, 'the type of the values');
    expect(context, '>');
    if (label !== '' || oneof !== undefined) {
      report(context, first.line, `a map cannot be ${label === '' ? 'a member of a oneof' : label}`);
    }
  }
  const declared = readName(context, 'the name of a field');
  expect(context, '=');
  const number = readInteger(context, 'the number of the field');
  const options = parseBracketOptions(context);
  if (group) {
    body.messages.push(parseBody(context, first, declared, body.path));
    type = declared;
  }
  const name = group ? declared.toLowerCase() : declared;
  const end = group ? context.tokens[context.position - 1]! : expect(context, ';');
  const { line, comment, deprecated } = declare(first, end, name, options);
  body.fields.push({
    name,
    line,
    comment,
    deprecated,
    number,
    type,
    cardinality: mapKey !== undefined ? 'map' : label === 'repeated' ? 'repeated' : 'singular',
    mapKey,
    oneof,
    features: chooseOfField(context, first.line, label, group, options),
    proto3Optional: label === 'optional' && context.syntax === 'proto3',
    group,
    jsonName: options.get('json_name'),
  });
}

/** The choices of a field: those of editions, and what says the same in proto2 and proto3. */
function chooseOfField(
  context: ProtoContext,
  line: number,
  label: string,
  group: boolean,
  options: Options,
): FeatureChoices {
  let choices = readFeatures(context, line, options);
  if (label === 'required') choices = { ...choices, fieldPresence: 'LEGACY_REQUIRED' };
  else if (label === 'optional') choices = { ...choices, fieldPresence: 'EXPLICIT' };
  const packed = options.get('packed');
  if (packed !== undefined) {
    choices = { ...choices, repeatedFieldEncoding: packed === 'true' ? 'PACKED' : 'EXPANDED' };
  }
  if (group) choices = { ...choices, messageEncoding: 'DELIMITED' };
  return choices;
}

/** Reads `optional`, `required` or `repeated` where the file's syntax allows it; empty when there is none. */
function parseLabel(context: ProtoContext, message: string, oneof: string | undefined): string {
  const { text, line } = peek(context);
  const label = take(context, 'optional') || take(context, 'required') || take(context, 'repeated') ? text : '';
  const { syntax } = context;
  if (oneof !== undefined) {
    if (label !== '') report(context, line, `a member of oneof ${oneof} cannot be ${label}`);
  } else if (syntax === 'proto2') {
    if (label === '' && text !== 'map') {
      report(
        context,
        line,
        `a field of message ${message} has no label; proto2 expects optional, required or repeated`,
      );
    }
  } else if (label === 'required' || (label === 'optional' && syntax !== 'proto3')) {
    const version = syntax === 'proto3' ? syntax : `edition ${syntax}`;
    report(context, line, `a field of message ${message} is ${label}, which ${version} does not know`);
  }
  return label;
}

/** Reads an enum; `first` is the token that its comment stands before. */
export function parseEnum(context: ProtoContext, first: Token): ProtoEnum {
  next(context);
  const name = readName(context, 'the name of an enum');
  const values: ProtoEnumValue[] = [];
  const options = new Map<string, string>();
  const open = readBlock(context, `enum ${name}`, () => {
    if (take(context, 'option')) parseOptionStatement(context, options);
    else if (take(context, 'reserved')) skipStatement(context);
    else values.push(parseEnumValue(context));
  });
  return {
    ...declare(first, open, name, options),
    features: readFeatures(context, first.line, options),
    allowAlias: options.get('allow_alias') === 'true',
    values,
  };
}

function parseEnumValue(context: ProtoContext): ProtoEnumValue {
  const first = peek(context);
  const name = readName(context, 'the name of an enum value');
  expect(context, '=');
  const number = readInteger(context, 'the number of the enum value');
  const options = parseBracketOptions(context);
  const { line, comment, deprecated } = declare(first, expect(context, ';'), name, options);
  return { name, line, comment, deprecated, number };
}

/** Passes over `reserved` and `extensions`, the options of which may hold braces. */
function skipStatement(context: ProtoContext): void {
  while (!at(context, ';')) {
    if (at(context, '}') || peek(context).kind === 'end') fail(context, '";"');
    if (at(context, '[')) skipBalanced(context);
    else next(context);
  }
  next(context);
}
