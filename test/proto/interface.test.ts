import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';

/** What `test/recorded/interface.json` says of one file, in declaration order. Absent keys are undefined on both sides. */
interface FileFacts {
  readonly file: string;
  readonly syntax: string | undefined;
  readonly package: string | undefined;
  readonly options: unknown;
  readonly imports: readonly string[];
  readonly enums: readonly unknown[];
  readonly messages: readonly unknown[];
  readonly services: readonly unknown[];
}

/** One `.proto` file as protobufjs reads it. Our own registry would be no independent witness here. */
interface ParsedFile {
  readonly facts: FileFacts;
  readonly services: readonly protobuf.Service[];
  readonly messages: readonly protobuf.Type[];
}

const protoFolder = new URL('../../proto/', import.meta.url);
const recordedFiles = JSON.parse(
  readFileSync(new URL('../recorded/interface.json', import.meta.url), 'utf8'),
) as readonly FileFacts[];
const names = readdirSync(protoFolder).sort();
const parsedFiles = new Map(names.map((name) => [name, parse(name)]));

describe('proto/*.proto', () => {
  it('is the recorded set of files', () => {
    expect(names).toEqual(recordedFiles.map(({ file }) => file).sort());
  });

  it.each(recordedFiles)('declares in $file exactly what is recorded, in the recorded order', (recorded) => {
    expect(parsedFiles.get(recorded.file)?.facts).toEqual(recorded);
  });

  it('declares 28 services with 315 RPCs', () => {
    const services = [...parsedFiles.values()].flatMap((parsed) => parsed.services);
    expect(services).toHaveLength(28);
    expect(services.flatMap(({ methodsArray }) => methodsArray)).toHaveLength(315);
  });

  it('resolves every type through its imports', () => {
    for (const name of names) {
      // One root per file: in a root shared by all of them a missing import would go unnoticed.
      const root = new protobuf.Root();
      root.resolvePath = (_origin, target) => fileURLToPath(new URL(target, protoFolder));
      expect(() => root.loadSync(name, { keepCase: true }).resolveAll(), name).not.toThrow();
    }
  });

  it.each(names)('explains every service, RPC and message of %s in a sentence', (name) => {
    const { services, messages } = parsedFiles.get(name)!;
    const declarations = [...services, ...services.flatMap(({ methodsArray }) => methodsArray), ...messages];
    const silent = declarations.filter(({ comment }) => !isSentence(comment)).map(({ fullName }) => fullName);
    expect(silent).toEqual([]);
  });

  it('says of every field with the deprecated option that it is deprecated', () => {
    const messages = [...parsedFiles.values()].flatMap((parsed) => parsed.messages);
    const deprecated = messages
      .flatMap(({ fieldsArray }) => fieldsArray)
      .filter(({ options }) => options?.['deprecated']);
    expect(deprecated).toHaveLength(6);
    for (const { comment, fullName } of deprecated) expect(comment, fullName).toMatch(/^Deprecated: /);
  });
});

describe('isSentence()', () => {
  it.each([
    ['A list of shows.', true],
    ['`[""]` stands for an empty list.', true],
    ['Asks for a show. (Not for a group.)', true],
    ['Fails with\n`No such show.`', true],
    [null, false],
    ['', false],
    ['Shows.', false],
    ['no capital at the beginning.', false],
    ['No full stop at the end', false],
  ])('says of %j: %j', (comment, expected) => {
    expect(isSentence(comment)).toBe(expected);
  });
});

/** More than one word, with a capital (or code) at the beginning and a full stop at the end. */
function isSentence(comment: string | null): boolean {
  return comment !== null && /^[A-Z`].*\s.*\.[)`]?$/s.test(comment);
}

function parse(file: string): ParsedFile {
  const source = readFileSync(new URL(file, protoFolder), 'utf8');
  const parsed = protobuf.parse(source, new protobuf.Root(), { keepCase: true, alternateCommentMode: true });
  const packageNamespace = parsed.root.lookup(parsed.package ?? '') as protobuf.Namespace;
  const services = packageNamespace.nestedArray.filter((item) => item instanceof protobuf.Service);
  const messages = typesOf(packageNamespace);
  const facts: FileFacts = {
    file,
    // protobufjs does not tell the syntax.
    syntax: /^syntax = "(\w+)";$/m.exec(source)?.[1],
    package: parsed.package,
    options: packageNamespace.options,
    imports: [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])],
    enums: enumsOf(packageNamespace).map(enumFacts),
    messages: messages.map(messageFacts),
    services: services.map(serviceFacts),
  };
  return { facts, services, messages: messages.flatMap(withNested) };
}

function typesOf({ nestedArray }: protobuf.NamespaceBase): protobuf.Type[] {
  return nestedArray.filter((item) => item instanceof protobuf.Type);
}

function enumsOf({ nestedArray }: protobuf.NamespaceBase): protobuf.Enum[] {
  return nestedArray.filter((item) => item instanceof protobuf.Enum);
}

function withNested(type: protobuf.Type): protobuf.Type[] {
  return [type, ...typesOf(type).flatMap(withNested)];
}

function enumFacts({ name, values, options, valuesOptions, reserved }: protobuf.Enum): unknown {
  return { name, values: Object.entries(values), options, valuesOptions, reserved: unlessEmpty(reserved) };
}

function messageFacts(type: protobuf.Type): unknown {
  return {
    name: type.name,
    fields: type.fieldsArray.map(fieldFacts),
    options: type.options,
    reserved: unlessEmpty(type.reserved),
    enums: unlessEmpty(enumsOf(type).map(enumFacts)),
    messages: unlessEmpty(typesOf(type).map(messageFacts)),
  };
}

function fieldFacts(field: protobuf.Field): unknown {
  const type = field instanceof protobuf.MapField ? `map<${field.keyType},${field.type}>` : field.type;
  const { name, id: number, options } = field;
  return { name, number, type, options, repeated: field.repeated || undefined, oneof: field.partOf?.name };
}

function serviceFacts({ name, options, methodsArray }: protobuf.Service): unknown {
  return { name, options, methods: methodsArray.map(methodFacts) };
}

function methodFacts(method: protobuf.Method): unknown {
  const { name, requestType: request, responseType: response, options, requestStream, responseStream } = method;
  return { name, request, response, options, requestStream, responseStream };
}

function unlessEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list?.length ? list : undefined;
}
