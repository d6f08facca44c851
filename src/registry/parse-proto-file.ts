import { cleanComment } from './clean-comment.ts';
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
} from './proto-file.ts';
import type { RegistryProblem } from './registry-error.ts';
import { createTokenCursor, type TokenCursor } from './token-cursor.ts';
import { type Token, tokenizeProto } from './tokenize-proto.ts';

/** What one file says. */
export interface ParsedProtoFile {
  readonly file: ProtoFile;
  readonly problems: readonly RegistryProblem[];
}

/** Options by name, as written; of aggregates only the name. */
type Options = ReadonlyMap<string, string>;

const noOptions: Options = new Map();

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
  const context: Context = {
    ...createTokenCursor(tokens, name, problems),
    syntax: 'proto2',
    package: '',
    unsupported: [],
  };
  const imports: ProtoImport[] = [];
  const messages: ProtoMessage[] = [];
  const enums: ProtoEnum[] = [];
  const services: ProtoService[] = [];
  const options = new Map<string, string>();

  const readDeclaration = (): void => {
    if (context.at('syntax') || context.at('edition')) context.syntax = parseSyntax(context);
    else if (context.take('package')) context.package = parsePackage(context);
    else if (context.at('import')) imports.push(parseImport(context));
    else if (context.take('option')) parseOptionStatement(context, options);
    else if (context.at('message')) messages.push(parseMessage(context));
    else if (context.at('enum')) enums.push(parseEnum(context));
    else if (context.at('service')) services.push(parseService(context));
    else if (context.at('extend')) parseExtend(context);
    else if (context.at('}')) context.report(context.next().line, 'found "}", but no block is open here');
    else context.fail('syntax, package, import, option, message, enum or service');
  };

  while (context.peek().kind !== 'end') if (!context.take(';')) context.item(readDeclaration);
  const presence = parsePresence(options) ?? (context.syntax === 'proto3' ? 'implicit' : 'explicit');
  if (isDelimited(options))
    context.unsupported.push({ feature: 'delimited encoding', where: 'the file', line: undefined });
  const { syntax, package: packageName, unsupported } = context;
  return {
    file: { name, package: packageName, syntax, presence, imports, messages, enums, services, unsupported },
    problems,
  };
}

function parseSyntax(context: Context): ProtoSyntax {
  const keyword = context.next();
  context.expect('=');
  const value = context.string('a version in quotes');
  context.expect(';');
  if (keyword.text === 'syntax' && (value === 'proto2' || value === 'proto3')) return value;
  if (keyword.text === 'edition' && value === '2023') return value;
  const expected = keyword.text === 'syntax' ? '"proto2" or "proto3"' : '"2023", the only edition that is understood';
  context.report(keyword.line, `found ${keyword.text} ${JSON.stringify(value)}, expected ${expected}`);
  return 'proto3';
}

function parsePackage(context: Context): string {
  const name = context.reference('the name of the package');
  context.expect(';');
  return name;
}

function parseImport(context: Context): ProtoImport {
  const { line } = context.next();
  const isPublic = context.take('public');
  if (!isPublic) context.take('weak');
  const path = context.string('the path of a .proto file in quotes');
  context.expect(';');
  return { path, public: isPublic, line };
}

function parseMessage(context: Context): ProtoMessage {
  const first = context.next();
  const name = context.name('the name of a message');
  const fields: ProtoField[] = [];
  const oneofs: ProtoDeclaration[] = [];
  const messages: ProtoMessage[] = [];
  const enums: ProtoEnum[] = [];
  const options = new Map<string, string>();

  const open = context.block(`message ${name}`, () => {
    const { line } = context.peek();
    if (context.at('message')) messages.push(parseMessage(context));
    else if (context.at('enum')) enums.push(parseEnum(context));
    else if (context.at('oneof')) oneofs.push(parseOneof(context, name, fields));
    else if (context.at('extend')) parseExtend(context);
    else if (context.take('option')) parseOptionStatement(context, options);
    else if (context.take('reserved')) skipStatement(context);
    else if (context.take('extensions')) {
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
  const first = context.next();
  const name = context.name('the name of a oneof');
  const options = new Map<string, string>();
  const open = context.block(`oneof ${name}`, () => {
    if (context.take('option')) parseOptionStatement(context, options);
    else parseField(context, message, name, fields);
  });
  return declare(first, open, name, options);
}

function parseField(context: Context, message: string, oneof: string | undefined, fields: ProtoField[]): void {
  const first = context.peek();
  const label = parseLabel(context, message, oneof);
  if (context.at('group')) {
    context.unsupported.push({ feature: 'group', where: `message ${message}`, line: first.line });
    while (!context.at('{')) {
      if (context.at(';') || context.at('}')) context.fail('"{"');
      context.next();
    }
    context.skipBalanced();
    return;
  }
  let type = context.reference('a field');
  let mapKey: string | undefined;
  if (type === 'map' && context.take('<')) {
    mapKey = context.reference('the type of the keys');
    context.expect(',');
    type = context.reference('the type of the values');
    context.expect('>');
    if (label !== '' || oneof !== undefined) {
      context.report(first.line, `a map cannot be ${label === '' ? 'a member of a oneof' : label}`);
    }
  }
  const name = context.name('the name of a field');
  context.expect('=');
  const number = context.integer('the number of the field');
  const options = parseBracketOptions(context);
  if (isDelimited(options)) {
    context.unsupported.push({ feature: 'delimited encoding', where: `field ${message}.${name}`, line: first.line });
  }
  const jsonName = options.get('json_name');
  fields.push({
    ...declare(first, context.expect(';'), name, options),
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
  const { text, line } = context.peek();
  const label = context.take('optional') || context.take('required') || context.take('repeated') ? text : '';
  if (oneof !== undefined) {
    if (label !== '') context.report(line, `a member of oneof ${oneof} cannot be ${label}`);
  } else if (context.syntax === 'proto2') {
    if (label === '' && text !== 'map') {
      context.report(line, `a field of message ${message} has no label; proto2 expects optional, required or repeated`);
    }
  } else if (label === 'required' || (label === 'optional' && context.syntax === '2023')) {
    const version = context.syntax === '2023' ? 'edition 2023' : context.syntax;
    context.report(line, `a field of message ${message} is ${label}, which ${version} does not know`);
  }
  return label;
}

function parseEnum(context: Context): ProtoEnum {
  const first = context.next();
  const name = context.name('the name of an enum');
  const values: ProtoEnumValue[] = [];
  const options = new Map<string, string>();
  const open = context.block(`enum ${name}`, () => {
    if (context.take('option')) parseOptionStatement(context, options);
    else if (context.take('reserved')) skipStatement(context);
    else values.push(parseEnumValue(context));
  });
  return { ...declare(first, open, name, options), allowAlias: options.get('allow_alias') === 'true', values };
}

function parseEnumValue(context: Context): ProtoEnumValue {
  const first = context.peek();
  const name = context.name('the name of an enum value');
  context.expect('=');
  const number = context.integer('the number of the enum value');
  const options = parseBracketOptions(context);
  return { ...declare(first, context.expect(';'), name, options), number };
}

function parseService(context: Context): ProtoService {
  const first = context.next();
  const name = context.name('the name of a service');
  const methods: ProtoMethod[] = [];
  const options = new Map<string, string>();
  const open = context.block(`service ${name}`, () => {
    if (context.take('option')) parseOptionStatement(context, options);
    else if (context.at('rpc')) methods.push(parseMethod(context));
    else context.fail('rpc or option');
  });
  return { ...declare(first, open, name, options), methods };
}

function parseMethod(context: Context): ProtoMethod {
  const first = context.next();
  const name = context.name('the name of a method');
  const input = parseMethodType(context);
  context.expect('returns');
  const output = parseMethodType(context);
  const options = new Map<string, string>();
  const end = context.at('{')
    ? context.block(`method ${name}`, () => {
        if (!context.take('option')) context.fail('option');
        parseOptionStatement(context, options);
      })
    : context.expect(';');
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
  context.expect('(');
  let type = context.reference('the name of a message');
  // `stream` is also a legal name for a message: only a second name makes it the keyword.
  const streaming = type === 'stream' && !context.at(')');
  if (streaming) type = context.reference('the name of a message');
  context.expect(')');
  return { type, streaming };
}

function parseExtend(context: Context): void {
  const { line } = context.next();
  const extended = context.reference('the name of a message');
  context.skipBalanced();
  if (definesOptions(extended)) return;
  context.unsupported.push({ feature: 'extension', where: `message ${extended.replace(/^\./, '')}`, line });
}

function parseOptionStatement(context: Context, options: Map<string, string>): void {
  parseOption(context, options);
  context.expect(';');
}

function parseBracketOptions(context: Context): Options {
  if (!context.take('[')) return noOptions;
  const options = new Map<string, string>();
  do parseOption(context, options);
  while (context.take(','));
  context.expect(']');
  return options;
}

function parseOption(context: Context, options: Map<string, string>): void {
  let name = '';
  do {
    const custom = context.take('(');
    const part = context.reference('the name of an option');
    if (custom) context.expect(')');
    name += custom ? `(${part})` : part;
  } while (!context.at('=') && context.peek().kind !== 'end');
  context.expect('=');
  options.set(name, parseOptionValue(context));
}

function parseOptionValue(context: Context): string {
  if (context.at('{')) {
    context.skipBalanced();
    return '{}';
  }
  const { kind } = context.peek();
  if (kind === 'string') return context.string('a value');
  const sign = context.at('-') || context.at('+') ? context.next().text : '';
  if (context.peek().kind !== 'name' && context.peek().kind !== 'number') context.fail('a value');
  return sign + context.next().text;
}

/** The presence that a feature of edition 2023 chooses. Source: https://protobuf.dev/editions/features/#field_presence */
function parsePresence(options: Options): 'implicit' | 'explicit' | undefined {
  const feature = options.get('features.field_presence');
  return feature === undefined ? undefined : feature === 'IMPLICIT' ? 'implicit' : 'explicit';
}

/** Edition 2023 can ask for the wire format of groups. Source: https://protobuf.dev/editions/features/#message_encoding */
function isDelimited(options: Options): boolean {
  return options.get('features.message_encoding') === 'DELIMITED';
}

function skipStatement(context: Context): void {
  while (!context.at(';')) {
    if (context.at('}') || context.peek().kind === 'end') context.fail('";"');
    context.next();
  }
  context.next();
}

function declare(first: Token, end: Token, name: string, options: Options): ProtoDeclaration {
  const comment = cleanComment(first.leading) || cleanComment(end.trailing);
  return { name, line: first.line, comment, deprecated: options.get('deprecated') === 'true' };
}
