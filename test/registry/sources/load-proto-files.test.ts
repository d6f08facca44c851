import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';
import { RegistryError } from '../../../src/registry/registry-error.ts';
import { printRegistry } from '../print-registry.ts';

const scratch = mkdtempSync(join(tmpdir(), 'registry-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let count = 0;

/** Writes files into a new folder. */
function write(files: Readonly<Record<string, string>>): string {
  const folder = join(scratch, `${++count}`);
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** The problems of these paths, with the scratch folder left out of them. */
function problemsOf(paths: readonly string[]): string[] {
  try {
    loadProtoFiles(paths);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const short = (text: string) => text.replaceAll(`${scratch}/${count}`, '~');
    return error.problems.map(
      ({ file, line, message }) => `${short(file)}${line ? `:${line}` : ''}: ${short(message)}`,
    );
  }
  return [];
}

const messageNames = (paths: readonly string[]) => [...loadProtoFiles(paths).messages.keys()];

describe('loadProtoFiles()', () => {
  it('loads OpenCue', () => {
    const { services, methods } = loadProtoFiles(['proto']);
    expect([services.length, methods.size]).toEqual([28, 315]);
  });

  it('takes every file below a folder, imports from its top', () => {
    const folder = write({
      'b/one.proto': 'syntax = "proto3"; package b; import "a/two.proto"; message One { a.Two two = 1; }',
      'a/two.proto': 'syntax = "proto3"; package a; message Two {}',
      'a/readme.txt': 'not a proto',
    });
    expect(messageNames([folder])).toEqual(['a.Two', 'b.One']);
  });

  it('takes what given files import from beside them', () => {
    const folder = write({
      'one.proto': 'syntax = "proto3"; import "two.proto"; message One { Two two = 1; }',
      'two.proto': 'syntax = "proto3"; message Two {}',
      'three.proto': 'syntax = "proto3"; message Three {}',
    });
    expect(messageNames([join(folder, 'one.proto')])).toEqual(['One', 'Two']);
  });

  it('gives the same registry in whichever order and however often a file is named', () => {
    const files = ['cue', 'job', 'show'].map((name) => `proto/${name}.proto`);
    const forward = printRegistry(loadProtoFiles(files));
    expect(printRegistry(loadProtoFiles([...files.toReversed(), './proto/../proto/job.proto']))).toEqual(forward);
  });

  it('reads a mounted Kubernetes ConfigMap once, though it shows each file twice', () => {
    const folder = write({ '..2026_11_23/one.proto': 'syntax = "proto3"; message One {}' });
    symlinkSync('..2026_11_23', join(folder, '..data'));
    symlinkSync('..data/one.proto', join(folder, 'one.proto'));
    expect(messageNames([folder])).toEqual(['One']);
  });

  it('brings the well-known types that are needed, and no others', () => {
    const folder = write({
      'one.proto': `syntax = "proto3"; import "google/protobuf/wrappers.proto"; import "google/protobuf/any.proto";
        message One { google.protobuf.Int64Value value = 1; }`,
    });
    expect(messageNames([folder])).toEqual(['One', 'google.protobuf.Int64Value']);
  });

  it('prefers a copy of a well-known file in the folder', () => {
    const folder = write({
      'google/protobuf/empty.proto': 'syntax = "proto3"; package google.protobuf; message Empty { bool not = 1; }',
      'one.proto':
        'syntax = "proto3"; import "google/protobuf/empty.proto"; message One { google.protobuf.Empty e = 1; }',
    });
    expect(loadProtoFiles([folder]).messages.get('google.protobuf.Empty')?.fields.length).toBe(1);
  });

  it('understands options that descriptor.proto and google/api define', () => {
    const folder = write({
      'one.proto': `syntax = "proto3"; import "google/api/annotations.proto"; import "google/protobuf/descriptor.proto";
        extend google.protobuf.MethodOptions { string note = 50000; }
        message One {}
        service S { rpc Get(One) returns (One) {
          option (google.api.http) = { get: "/v1/{name=a/*}" additional_bindings { post: "/x" body: "*" } };
          option (note) = "x";
          option deprecated = true;
        } }`,
    });
    expect(loadProtoFiles([folder]).methods.get('S/Get')).toMatchObject({ deprecated: true, idempotency: 'unknown' });
  });

  it('follows public imports, and only those', () => {
    const files = {
      'one.proto': 'syntax = "proto3"; import "two.proto"; message One { Three three = 1; }',
      'three.proto': 'syntax = "proto3"; message Three {}',
    };
    const visible = write({ ...files, 'two.proto': 'syntax = "proto3"; import public "three.proto";' });
    expect(messageNames([visible])).toEqual(['One', 'Three']);
    const hidden = write({ ...files, 'two.proto': 'syntax = "proto3"; import "three.proto";' });
    expect(problemsOf([hidden])).toEqual([
      '~/one.proto:1: unknown type "Three" of field One.three; Three is declared in ~/three.proto, which is not imported here',
    ]);
  });

  describe('with several roots', () => {
    const thing = (field: string) => `syntax = "proto3"; package lib; message Thing { string ${field} = 1; }`;
    const app = 'syntax = "proto3"; import "lib/thing.proto"; message App { lib.Thing thing = 1; }';
    const fieldsOf = (paths: readonly string[], importRoots: readonly string[] = []) =>
      loadProtoFiles(paths, importRoots)
        .messages.get('lib.Thing')
        ?.fields.map(({ name }) => name);

    it('takes a file that two folders have under one import path from the first', () => {
      const folder = write({
        'one/app.proto': app,
        'one/lib/thing.proto': thing('first'),
        'two/lib/thing.proto': thing('second'),
      });
      const [one, two] = [join(folder, 'one'), join(folder, 'two')];
      expect(fieldsOf([one, two])).toEqual(['first']);
      expect(fieldsOf([two, one])).toEqual(['second']);
      expect(fieldsOf([one], [two])).toEqual(['first']);
      expect(fieldsOf([join(one, 'app.proto')], [two])).toEqual(['second']);
    });

    it('takes from an import root what is imported, and nothing else', () => {
      const folder = write({
        'app/app.proto': app,
        'include/lib/thing.proto': `${thing('a')} service Things { rpc Get(Thing) returns (Thing); }`,
        'include/other.proto': 'syntax = "proto3"; message Other {} service Others { rpc Get(Other) returns (Other); }',
      });
      const { messages, services } = loadProtoFiles([join(folder, 'app')], [join(folder, 'include')]);
      expect([...messages.keys()]).toEqual(['App', 'lib.Thing']);
      expect(services).toEqual([]);
    });

    it('keeps an import root that lies inside a given folder out of it', () => {
      const folder = write({
        'app.proto': app,
        'third_party/lib/thing.proto': thing('a'),
        'third_party/other.proto': 'syntax = "proto3"; message Other {}',
      });
      expect([...loadProtoFiles([folder], [join(folder, 'third_party')]).messages.keys()]).toEqual([
        'App',
        'lib.Thing',
      ]);
    });

    it('serves given files that lie in an import root, as protoc -I is mostly used', () => {
      const service = 'service S { rpc Get(Thing) returns (Thing); }';
      const folder = write({
        'app/main.proto': `syntax = "proto3"; package app; import "app/thing.proto"; message Main { Thing thing = 1; }`,
        'app/thing.proto': `syntax = "proto3"; package app; message Thing {} ${service}`,
        'lib/thing.proto': `syntax = "proto3"; package lib; message Thing {} ${service}`,
      });
      const servicesOf = (source: string) =>
        loadProtoFiles([join(folder, source)], [folder]).services.map(({ fullName }) => fullName);
      expect(servicesOf('app')).toEqual(['app.S']);
      expect(servicesOf('app/main.proto')).toEqual([]);
      expect(servicesOf('.')).toEqual(['app.S', 'lib.S']);
    });

    it('reads a file once that lies below two given folders', () => {
      const folder = write({ 'app.proto': 'syntax = "proto3"; message App {}', 'lib/thing.proto': thing('a') });
      expect(messageNames([folder, join(folder, 'lib')])).toEqual(['App', 'lib.Thing']);
    });

    it('says which import root is not there', () => {
      const folder = write({ 'app.proto': app, 'lib/thing.proto': thing('a') });
      expect(() => loadProtoFiles([folder], [join(folder, 'none'), join(folder, 'app.proto')])).toThrow(
        /\/app\.proto: PROTO_PATH names it, but there is no such folder\n.*\/none: PROTO_PATH names it, but/,
      );
    });
  });

  describe('with descriptor sets', () => {
    const set = readFileSync('test/recorded/registry/conf.binpb');

    it.each(['conf.binpb', 'conf.pb', 'conf.protoset', 'conf.proto.bin', 'conf.desc'])('knows %s for one', (name) => {
      const folder = write({});
      writeFileSync(join(folder, name), set);
      expect(printRegistry(loadProtoFiles([join(folder, name)]))).toEqual(
        printRegistry(loadProtoFiles(['test/recorded/conf.proto'])),
      );
    });

    it('takes sets and sources together, and lets sources import what a set has', () => {
      const folder = write({
        'more.proto': 'syntax = "proto3"; import "conf.proto"; message More { conf.v1.Small small = 1; }',
      });
      const { messages, services } = loadProtoFiles([join(folder, 'more.proto'), 'test/recorded/registry/conf.binpb']);
      expect(messages.get('More')?.fields[0]?.type).toMatchObject({ message: messages.get('conf.v1.Small') });
      expect(services.length).toBe(3);
    });

    it('takes a file once that two sets have, or a set and a folder', () => {
      const folder = write({});
      writeFileSync(join(folder, 'one.binpb'), set);
      writeFileSync(join(folder, 'two.pb'), set);
      const once = printRegistry(loadProtoFiles(['test/recorded/conf.proto']));
      expect(printRegistry(loadProtoFiles([join(folder, 'one.binpb'), join(folder, 'two.pb')]))).toEqual(once);
      expect(printRegistry(loadProtoFiles([join(folder, 'one.binpb'), 'test/recorded/conf.proto']))).toEqual(once);
    });

    it('takes what a set has from there, also where an import root has it', () => {
      const folder = write({
        'more.proto': 'syntax = "proto3"; import "conf.proto"; message More { conf.v1.Small small = 1; }',
      });
      const { messages, services } = loadProtoFiles(
        [join(folder, 'more.proto'), 'test/recorded/registry/conf.binpb'],
        ['test/recorded'],
      );
      expect(messages.has('More')).toBe(true);
      expect(services.length).toBe(3);
    });

    it('tells which set is none', () => {
      const folder = write({ 'a.binpb': 'syntax = "proto3";', 'b.desc': '' });
      expect(problemsOf([join(folder, 'a.binpb'), join(folder, 'b.desc')])).toEqual([
        '~/a.binpb: found text, expected a compiled descriptor set, as protoc --descriptor_set_out writes it',
        '~/b.desc: found an empty file, expected a compiled descriptor set, as protoc --descriptor_set_out writes it',
      ]);
    });
  });

  it('adds nothing to the schema from a copy of a file with the features of one language', () => {
    const folder = write({
      'google/protobuf/go_features.proto':
        'syntax = "proto2"; package pb; message GoFeatures { optional bool x = 1; enum Level { L = 0; } }',
      'one.proto': 'edition = "2023"; import "google/protobuf/go_features.proto"; message One { string a = 1; }',
    });
    const { messages, enums } = loadProtoFiles([folder]);
    expect([[...messages.keys()], [...enums.keys()]]).toEqual([['One'], []]);
  });

  it('understands the files that protoc brings for itself and for languages', () => {
    const folder = write({
      'one.proto': `edition = "2023"; import "google/protobuf/go_features.proto"; import "google/protobuf/descriptor.proto";
        import "google/protobuf/java_features.proto"; option features.(pb.go).api_level = API_OPAQUE;
        extend google.protobuf.FieldOptions { string note = 50000; }
        message One { google.protobuf.FieldDescriptorProto.Type type = 1; }`,
    });
    expect(messageNames([folder])).toEqual(['One']);
    expect(loadProtoFiles([folder]).enums.has('google.protobuf.FieldDescriptorProto.Type')).toBe(true);
  });

  it('tells everything that is wrong, in all files, at once', () => {
    const folder = write({
      'a.proto': 'syntax = "proto3";\nimport "missing.proto";\nmessage A {\n  int32 a = 1\n  Missing m = 2;\n}\n',
      'b.proto': 'syntax = "proto3";\nmessage B {\n  C c = 1;\n  string d = 1;\n  string E = ;\n  Bee f = 3;\n}\n',
      'c.proto': 'syntax = "proto3";\nmessage B {}',
      'empty/readme.txt': '',
    });
    expect(problemsOf([folder, join(folder, 'empty'), join(folder, 'none'), join(folder, 'empty/readme.txt')])).toEqual(
      [
        '~/a.proto:2: cannot find the import "missing.proto"; looked in ~, ~/empty and among the well-known protos; PROTO_PATH may name more folders',
        '~/a.proto:4: ";" is missing after "1"',
        '~/b.proto:3: unknown type "C" of field B.c; nothing has a similar name',
        '~/b.proto:4: message B gives number 1 to "d" and to "c" (line 3)',
        '~/b.proto:5: found ";", expected the number of the field',
        '~/b.proto:6: unknown type "Bee" of field B.f; nothing has a similar name',
        '~/c.proto:2: message B is declared twice; the first is in ~/b.proto:2',
        '~/empty: this folder has no .proto file in it',
        '~/empty/readme.txt: expected a folder, a .proto file or a descriptor set (*.binpb, *.pb, *.protoset, *.proto.bin, *.desc)',
        '~/none: there is no such file or folder',
      ],
    );
  });

  it('tells which file cannot be read', () => {
    const folder = write({ 'one.proto': 'syntax = "proto3"; message One {}' });
    symlinkSync('nowhere', join(folder, 'two.proto'));
    expect(problemsOf([folder])).toEqual(['~/two.proto: the file cannot be read (ENOENT)']);
  });

  it('shows paths below the working folder as relative ones', () => {
    expect(() =>
      loadProtoFiles([join(process.cwd(), 'test/recorded/registry/kinds.proto'), 'proto/none.proto']),
    ).toThrow('cannot load the schema: proto/none.proto: there is no such file or folder');
  });
});
