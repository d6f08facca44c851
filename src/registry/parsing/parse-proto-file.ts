import type { ProtoSyntax } from '../features.ts';
import type { ProtoEnum, ProtoFile, ProtoImport, ProtoMessage, ProtoMethod, ProtoService } from '../proto-file.ts';
import type { RegistryProblem } from '../registry-error.ts';

import { parseEnum, parseExtend, parseMessage, type ProtoContext, takeVisibility } from './parse-message.ts';
import { declare, parseOptionStatement, readFeatures } from './parse-options.ts';
import {
  at,
  expect,
  fail,
  next,
  peek,
  readBlock,
  readItem,
  readName,
  readReference,
  readString,
  report,
  take,
} from './token-cursor.ts';
import { tokenizeProto } from './tokenize-proto.ts';

/** What one file says. */
export interface ParsedProtoFile {
  readonly file: ProtoFile;
  readonly problems: readonly RegistryProblem[];
}

/**
 * Reads one `.proto` file by itself; imports and type names stay names. Never throws: what is wrong is in `problems`, and
 * everything that could be read all the same is in `file`, so that one run can report every problem of a schema.
 *
 * protobufjs' parser (8.8.1) is not used for this: its declarations have no lines, so nothing that is found later could be
 * told with its place, and it ends at a file's first mistake. ARCHITECTURE.md has the trial.
 *
 * Grammar: https://protobuf.dev/reference/protobuf/proto3-spec/, `proto2-spec/` and `edition-2024-spec/`
 */
export function parseProtoFile(source: string, name: string): ParsedProtoFile {
  const { tokens, problems } = tokenizeProto(source, name);
  const context: ProtoContext = {
    tokens,
    file: name,
    problems,
    position: 0,
    endReported: false,
    syntax: 'proto2',
    package: '',
    extensions: [],
  };
  const imports: ProtoImport[] = [];
  const messages: ProtoMessage[] = [];
  const enums: ProtoEnum[] = [];
  const services: ProtoService[] = [];
  const options = new Map<string, string>();

  const readDeclaration = (): void => {
    const first = takeVisibility(context);
    if (at(context, 'syntax') || at(context, 'edition')) context.syntax = parseSyntax(context);
    else if (take(context, 'package')) context.package = parsePackage(context);
    else if (at(context, 'import')) imports.push(...parseImport(context));
    else if (take(context, 'option')) parseOptionStatement(context, options);
    else if (at(context, 'message')) messages.push(parseMessage(context, first, ''));
    else if (at(context, 'enum')) enums.push(parseEnum(context, first));
    else if (at(context, 'service')) services.push(parseService(context));
    else if (at(context, 'extend')) parseExtend(context, '', messages);
    else if (at(context, '}')) report(context, next(context).line, 'found "}", but no block is open here');
    else fail(context, 'syntax, package, import, option, message, enum or service');
  };

  while (peek(context).kind !== 'end') if (!take(context, ';')) readItem(context, readDeclaration);
  const file: ProtoFile = {
    name,
    compiled: false,
    package: context.package,
    syntax: context.syntax,
    unknownSyntax: undefined,
    features: readFeatures(context, 1, options),
    imports,
    messages,
    enums,
    services,
    extensions: context.extensions,
  };
  return { file, problems };
}

function parseSyntax(context: ProtoContext): ProtoSyntax {
  const keyword = next(context);
  expect(context, '=');
  const value = readString(context, 'a version in quotes');
  expect(context, ';');
  if (keyword.text === 'syntax' && (value === 'proto2' || value === 'proto3')) return value;
  if (keyword.text === 'edition' && (value === '2023' || value === '2024')) return value;
  const expected = keyword.text === 'syntax' ? '"proto2" or "proto3"' : '"2023" or "2024"';
  report(context, keyword.line, `found ${keyword.text} ${JSON.stringify(value)}, expected ${expected}`);
  return 'proto3';
}

function parsePackage(context: ProtoContext): string {
  const name = readReference(context, 'the name of the package');
  expect(context, ';');
  return name;
}

/** One import, or none: what `import option` of edition 2024 brings defines custom options and nothing else. */
function parseImport(context: ProtoContext): ProtoImport[] {
  const { line } = next(context);
  const isOption = take(context, 'option');
  const isPublic = take(context, 'public');
  if (!isPublic) take(context, 'weak');
  const path = readString(context, 'the path of a .proto file in quotes');
  expect(context, ';');
  return isOption ? [] : [{ path, public: isPublic, line }];
}

function parseService(context: ProtoContext): ProtoService {
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

function parseMethod(context: ProtoContext): ProtoMethod {
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

function parseMethodType(context: ProtoContext): { type: string; streaming: boolean } {
  expect(context, '(');
  // `stream` is also a legal name for a message: only a second name makes it the keyword.
  const streaming = at(context, 'stream') && !at(context, ')', 1) && take(context, 'stream');
  const type = readReference(context, 'the name of a message');
  expect(context, ')');
  return { type, streaming };
}
