import { cleanComment } from './clean-comment.ts';
import {
  isDelimited,
  type Options,
  parseBracketOptions,
  parseOptionStatement,
  parsePresence,
} from './parse-proto-options.ts';
import {
  definesOptions,
  type ProtoDeclaration,
  type ProtoEnum,
  type ProtoEnumValue,
  type ProtoField,
  type ProtoFile,
  type ProtoImport,
  type ProtoMessage,
  type ProtoMethod,
  type ProtoService,
  type ProtoSyntax,
  type ProtoUnsupported,
} from '../proto-file.ts';
import type { RegistryProblem } from '../registry-error.ts';
import {
  at,
  expect,
  fail,
  next,
  peek,
  readBlock,
  readInteger,
  readItem,
  readName,
  readReference,
  readString,
  report,
  skipBalanced,
  take,
  type TokenCursor,
} from './token-cursor.ts';
import { type Token, tokenizeProto } from './tokenize-proto.ts';

/** What one file says. */
export interface ParsedProtoFile {
  readonly file: ProtoFile;
  readonly problems: readonly RegistryProblem[];
}

/** The cursor, and what holds for the rest of the file. */
interface Context extends TokenCursor {
  syntax: ProtoSyntax;
  package: string;
  readonly unsupported: ProtoUnsupported[];
}

/**
 * Reads one `.proto` file by itself; imports and type names stay names. Never throws: what is wrong is in `problems`, and
 * everything that could be read all the same is in `file`, so that one run can report every problem of a schema.
 *
 * protobufjs' parser is not used for this: it stops at the first problem, miscounts lines when it keeps `//` comments
 * (7.6.6 counts a run of them as one line), and refuses duplicates without saying where. Tests compare it with this one.
 *
 * Grammar: https://protobuf.dev/reference/protobuf/proto3-spec/, `proto2-spec/` and `edition-2023-spec/`
 */
export function parseProtoFile(source: string, name: string): ParsedProtoFile {
  const { tokens, problems } = tokenizeProto(source, name);
  const start = { position: 0, endReported: false, syntax: 'proto2', package: '' } as const;
  const context: Context = { tokens, file: name, problems, ...start, unsupported: [] };
  const imports: ProtoImport[] = [];
  const messages: ProtoMessage[] = [];
  const enums: ProtoEnum[] = [];
  const services: ProtoService[] = [];
  const options = new Map<string, string>();

  const readDeclaration = (): void => {
    if (at(context, 'syntax') || at(context, 'edition')) context.syntax = parseSyntax(context);
    else if (take(context, 'package')) context.package = parsePackage(context);
    else if (at(context, 'import')) imports.push(parseImport(context));
    else if (take(context, 'option')) parseOptionStatement(context, options);
    else if (at(context, 'message')) messages.push(parseMessage(context));
    else if (at(context, 'enum')) enums.push(parseEnum(context));
    else if (at(context, 'service')) services.push(parseService(context));
    else if (at(context, 'extend')) parseExtend(context);
    else if (at(context, '}')) report(context, next(context).line, 'found "}", but no block is open here');
    else fail(context, 'syntax, package, import, option, message, enum or service');
  };

  while (peek(context).kind !== 'end') if (!take(context, ';')) readItem(context, readDeclaration);
  const presence = parsePresence(options) ?? (context.syntax === 'proto3' ? 'implicit' : 'explicit');
  const { syntax, package: packageName, unsupported } = context;
  if (isDelimited(options)) unsupported.push({ feature: 'delimited encoding', where: 'the file', line: undefined });
  return {
    file: { name, package: packageName, syntax, presence, imports, messages, enums, services, unsupported },
    problems,
  };
}

function parseSyntax(context: Context): ProtoSyntax {
  const keyword = next(context);
  expect(context, '=');
  const value = readString(context, 'a version in quotes');
  expect(context, ';');
  if (keyword.text === 'syntax' && (value === 'proto2' || value === 'proto3')) return value;
  if (keyword.text === 'edition' && value === '2023') return value;
  const expected = keyword.text === 'syntax' ? '"proto2" or "proto3"' : '"2023", the only edition that is understood';
  report(context, keyword.line, `found ${keyword.text} ${JSON.stringify(value)}, expected ${expected}`);
  return 'proto3';
}

function parsePackage(context: Context): string {
  const name = readReference(context, 'the name of the package');
  expect(context, ';');
  return name;
}

function parseImport(context: Context): ProtoImport {
  const { line } = next(context);
  const isPublic = take(context, 'public');
  if (!isPublic) take(context, 'weak');
  const path = readString(context, 'the path of a .proto file in quotes');
  expect(context, ';');
  return { path, public: isPublic, line };
}

function parseMessage(context: Context): ProtoMessage {
  const first = next(context);
  const name = readName(context, 'the name of a message');
  const fields: ProtoField[] = [];
  const oneofs: ProtoDeclaration[] = [];
  const messages: ProtoMessage[] = [];
  const enums: ProtoEnum[] = [];
  const options = new Map<string, string>();

  const open = readBlock(context, `message ${name}`, () => {
    const { line } = peek(context);
    if (at(context, 'message')) messages.push(parseMessage(context));
    else if (at(context, 'enum')) enums.push(parseEnum(context));
    else if (at(context, 'oneof')) oneofs.push(parseOneof(context, name, fields));
    else if (at(context, 'extend')) parseExtend(context);
    else if (take(context, 'option')) parseOptionStatement(context, options);
    else if (take(context, 'reserved')) skipStatement(context);
    else if (take(context, 'extensions')) {
      skipStatement(context);
      // The options of descriptor.proto are there to be extended.
      if (context.package !== 'google.protobuf') {
        context.unsupported.push({ feature: 'extension range', where: `message ${name}`, line });
      }
    } else parseField(context, name, undefined, fields);
  });
  return { ...declare(first, open, name, options), fields, oneofs, messages, enums };
}

function parseOneof(context: Context, message: string, fields: ProtoField[]): ProtoDeclaration {
  const first = next(context);
  const name = readName(context, 'the name of a oneof');
  const options = new Map<string, string>();
  const open = readBlock(context, `oneof ${name}`, () => {
    if (take(context, 'option')) parseOptionStatement(context, options);
    else parseField(context, message, name, fields);
  });
  return declare(first, open, name, options);
}

function parseField(context: Context, message: string, oneof: string | undefined, fields: ProtoField[]): void {
  const first = peek(context);
  const label = parseLabel(context, message, oneof);
  if (at(context, 'group')) {
    context.unsupported.push({ feature: 'group', where: `message ${message}`, line: first.line });
    while (!at(context, '{')) {
      if (at(context, ';') || at(context, '}')) fail(context, '"{"');
      next(context);
    }
    skipBalanced(context);
    return;
  }
  let type = readReference(context, 'a field');
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
  const name = readName(context, 'the name of a field');
  expect(context, '=');
  const number = readInteger(context, 'the number of the field');
  const options = parseBracketOptions(context);
  if (isDelimited(options)) {
    context.unsupported.push({ feature: 'delimited encoding', where: `field ${message}.${name}`, line: first.line });
  }
  const jsonName = options.get('json_name');
  const { line, comment, deprecated } = declare(first, expect(context, ';'), name, options);
  // Spelled out: most of a schema is fields, and V8 is slow in adding to an object that was spread.
  fields.push({
    name,
    line,
    comment,
    deprecated,
    number,
    type,
    cardinality: mapKey !== undefined ? 'map' : label === 'repeated' ? 'repeated' : 'singular',
    mapKey,
    oneof,
    presence: label === 'optional' || label === 'required' ? 'explicit' : parsePresence(options),
    jsonName,
  });
}

/** Reads `optional`, `required` or `repeated` where the file's syntax allows it; empty when there is none. */
function parseLabel(context: Context, message: string, oneof: string | undefined): string {
  const { text, line } = peek(context);
  const label = take(context, 'optional') || take(context, 'required') || take(context, 'repeated') ? text : '';
  if (oneof !== undefined) {
    if (label !== '') report(context, line, `a member of oneof ${oneof} cannot be ${label}`);
  } else if (context.syntax === 'proto2') {
    if (label === '' && text !== 'map') {
      report(
        context,
        line,
        `a field of message ${message} has no label; proto2 expects optional, required or repeated`,
      );
    }
  } else if (label === 'required' || (label === 'optional' && context.syntax === '2023')) {
    const version = context.syntax === '2023' ? 'edition 2023' : context.syntax;
    report(context, line, `a field of message ${message} is ${label}, which ${version} does not know`);
  }
  return label;
}

function parseEnum(context: Context): ProtoEnum {
  const first = next(context);
  const name = readName(context, 'the name of an enum');
  const values: ProtoEnumValue[] = [];
  const options = new Map<string, string>();
  const open = readBlock(context, `enum ${name}`, () => {
    if (take(context, 'option')) parseOptionStatement(context, options);
    else if (take(context, 'reserved')) skipStatement(context);
    else values.push(parseEnumValue(context));
  });
  return { ...declare(first, open, name, options), allowAlias: options.get('allow_alias') === 'true', values };
}

function parseEnumValue(context: Context): ProtoEnumValue {
  const first = peek(context);
  const name = readName(context, 'the name of an enum value');
  expect(context, '=');
  const number = readInteger(context, 'the number of the enum value');
  const options = parseBracketOptions(context);
  return { ...declare(first, expect(context, ';'), name, options), number };
}

function parseService(context: Context): ProtoService {
  const first = next(context);
  const name = readName(context, 'the name of a service');
  const methods: ProtoMethod[] = [];
  const options = new Map<string, string>();
  const open = readBlock(context, `service ${name}`, () => {
    if (take(context, 'option')) parseOptionStatement(context, options);
    else if (at(context, 'rpc')) methods.push(parseMethod(context));
    else fail(context, 'rpc or option');
  });
  return { ...declare(first, open, name, options), methods };
}

function parseMethod(context: Context): ProtoMethod {
  const first = next(context);
  const name = readName(context, 'the name of a method');
  const input = parseMethodType(context);
  expect(context, 'returns');
  const output = parseMethodType(context);
  const options = new Map<string, string>();
  const end = at(context, '{')
    ? readBlock(context, `method ${name}`, () => {
        if (!take(context, 'option')) fail(context, 'option');
        parseOptionStatement(context, options);
      })
    : expect(context, ';');
  const level = options.get('idempotency_level');
  return {
    ...declare(first, end, name, options),
    input: input.type,
    output: output.type,
    clientStreaming: input.streaming,
    serverStreaming: output.streaming,
    idempotency: level === 'NO_SIDE_EFFECTS' ? 'no-side-effects' : level === 'IDEMPOTENT' ? 'idempotent' : 'unknown',
  };
}

function parseMethodType(context: Context): { type: string; streaming: boolean } {
  expect(context, '(');
  let type = readReference(context, 'the name of a message');
  // `stream` is also a legal name for a message: only a second name makes it the keyword.
  const streaming = type === 'stream' && !at(context, ')');
  if (streaming) type = readReference(context, 'the name of a message');
  expect(context, ')');
  return { type, streaming };
}

function parseExtend(context: Context): void {
  const { line } = next(context);
  const extended = readReference(context, 'the name of a message');
  skipBalanced(context);
  if (definesOptions(extended)) return;
  context.unsupported.push({ feature: 'extension', where: `message ${extended.replace(/^\./, '')}`, line });
}

function skipStatement(context: Context): void {
  while (!at(context, ';')) {
    if (at(context, '}') || peek(context).kind === 'end') fail(context, '";"');
    next(context);
  }
  next(context);
}

function declare(first: Token, end: Token, name: string, options: Options): ProtoDeclaration {
  const comment = cleanComment(first.leading) || cleanComment(end.trailing);
  return { name, line: first.line, comment, deprecated: options.get('deprecated') === 'true' };
}
