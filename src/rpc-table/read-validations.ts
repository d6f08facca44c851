import { nearestName } from '../errors/did-you-mean.ts';

import type { MethodDescriptor } from '../registry/descriptors.ts';

import type { TableEntry } from './table-document.ts';

import { parseFieldPath } from './field-path.ts';
import { everythingArgument, type FieldPath, type NameLookUp, type Validation } from './validation.ts';
import { methodOf, methodsOf, type TableReading } from './table-methods.ts';

const isSaid = (text: string) => (text === '' ? 'must say something' : undefined);
const isOneOf =
  (...words: readonly string[]) =>
  (text: string) =>
    words.includes(text) ? undefined : `must be one of: ${words.join(', ')}`;
const isCount = (text: string) => (/^[1-9]\d{0,8}$/.test(text) ? undefined : 'must be a whole number above 0');

const common = { rpcs: isSaid, why: isSaid } as const;
const surface = { on: isOneOf('graphql', 'all') } as const;

/** The settings of each kind; those in `needed` must be there. */
const kinds = {
  filled: { settings: { ...common, field: isSaid, ...surface }, needed: ['rpcs', 'field', 'why'] },
  bounded: { settings: { ...common, field: isSaid, apart: isSaid, ...surface }, needed: ['rpcs', 'field', 'why'] },
  recent: { settings: { ...common, field: isSaid, seconds: isCount }, needed: ['rpcs', 'field', 'seconds', 'why'] },
  'no-nul': { settings: common, needed: ['rpcs', 'why'] },
  unique: {
    settings: {
      ...common,
      field: isSaid,
      'look-up': isSaid,
      by: isSaid,
      in: isSaid,
      spelling: isOneOf('exact', 'lower-case-underscores'),
    },
    needed: ['rpcs', 'field', 'look-up', 'why'],
  },
  'job-spec': {
    settings: { ...common, field: isSaid, 'min-uid': isCount, grant: isSaid },
    needed: ['rpcs', 'field', 'min-uid', 'grant', 'why'],
  },
} as const;

type Kind = Validation['kind'];
type Settings = Readonly<Partial<Record<string, string>>>;

/** A validation, and the RPC whose requests it is about. */
export interface MethodValidation {
  readonly method: MethodDescriptor;
  readonly validation: Validation;
}

/**
 * Reads the section `validations: { KIND: [{ rpcs, why, … }] }` and holds it against the registry. What is wrong is added to
 * the document's problems, each with its line and the nearest right name.
 */
export function readValidations(reading: TableReading): readonly MethodValidation[] {
  const { document } = reading;
  return document.entriesOf('validations').flatMap((section) => {
    if (!isKind(section.key)) {
      const nearest = nearestName(section.key, Object.keys(kinds));
      const hint = nearest === undefined ? `there are: ${Object.keys(kinds).join(', ')}` : `did you mean "${nearest}"?`;
      document.problems.push(`line ${section.line}: "${section.key}" is no kind of validation; ${hint}`);
      return [];
    }
    const kind = section.key;
    return document.membersOf(section).flatMap((entry) => readRow(kind, entry, reading));
  });
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(kinds, text);
}

function readRow(kind: Kind, entry: TableEntry, reading: TableReading): readonly MethodValidation[] {
  const { document } = reading;
  const before = document.problems.length;
  const settings: Settings = document.settingsOf<string>(entry, kinds[kind].settings);
  const missing = kinds[kind].needed.filter((name) => settings[name] === undefined);
  if (missing.length > 0 && document.problems.length === before) {
    document.problems.push(`line ${entry.line}: this validation "${kind}" lacks ${missing.join(', ')}`);
  }
  if (missing.length > 0) return [];
  return methodsOf(settings['rpcs']!, entry.line, reading).flatMap((method) => {
    const validation = validationOf(kind, method, settings, entry.line, reading);
    return validation === undefined ? [] : [{ method, validation }];
  });
}

/** Undefined when something about it is wrong. */
function validationOf(
  kind: Kind,
  method: MethodDescriptor,
  settings: Settings,
  line: number,
  reading: TableReading,
): Validation | undefined {
  const base = { why: settings['why']! };
  if (kind === 'no-nul') return { ...base, kind };
  const fields = fieldReader(method, line, reading);
  const field = fields.find(
    settings['field']!,
    kind === 'bounded' ? 'message' : kind === 'recent' ? 'int32' : 'string',
  );
  if (field === undefined) return undefined;
  const surfaces = settings['on'] === 'graphql' ? 'graphql' : 'all';
  switch (kind) {
    case 'filled':
      return { ...base, kind, field, surfaces };
    case 'bounded': {
      if (method.input.fields.some(({ jsonName }) => jsonName === everythingArgument)) {
        return fields.report(`${method.input.fullName} has a field "${everythingArgument}" of its own`);
      }
      const apart = fields.namesWithin(field, settings['apart'] ?? '');
      return apart === undefined ? undefined : { ...base, kind, field, apart, surfaces };
    }
    case 'recent':
      return { ...base, kind, field, seconds: Number(settings['seconds']) };
    case 'unique': {
      const lookUp = lookUpOf(settings, line, reading);
      return lookUp === undefined ? undefined : { ...base, kind, field, lookUp };
    }
    case 'job-spec':
      return { ...base, kind, field, minUid: Number(settings['min-uid']), grant: settings['grant']! };
  }
}

interface FieldReader {
  find(text: string, type: 'message' | 'int32' | 'string'): FieldPath | undefined;
  /** The JSON names of some fields of the message that stands at a path. */
  namesWithin(path: FieldPath, names: string): ReadonlySet<string> | undefined;
  report(problem: string): undefined;
}

function fieldReader({ input, fullName }: MethodDescriptor, line: number, reading: TableReading): FieldReader {
  const report = (problem: string): undefined => {
    // Another house's RPC of the same name is not what the row means.
    if (reading.mustMatch) reading.document.problems.push(`line ${line}: ${problem} (${fullName})`);
  };
  return {
    report,
    find: (text, expected) => {
      const path = parseFieldPath(text, input);
      if ('problem' in path) return report(path.problem);
      const { type } = path.at(-1)!;
      const found = type.kind === 'scalar' ? type.scalar : type.kind;
      return found === expected ? path : report(`"${text}" must be a ${expected} and is a ${found}`);
    },
    namesWithin: (path, names) => {
      const { type } = path.at(-1)!;
      if (type.kind !== 'message') return undefined;
      const jsonNames = new Set<string>();
      for (const name of names === '' ? [] : names.split(' ')) {
        const inner = type.message.fields.find((field) => field.name === name);
        if (inner !== undefined) jsonNames.add(inner.jsonName);
        else {
          const nearest = nearestName(
            name,
            type.message.fields.map((field) => field.name),
          );
          const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
          return report(`${type.message.fullName} has no field "${name}"${hint}`);
        }
      }
      return jsonNames;
    },
  };
}

/** `look-up: RPC` with `by: FIELD` of its request, or `in: FIELD` of its answer. */
function lookUpOf(settings: Settings, line: number, reading: TableReading): NameLookUp | undefined {
  const { document, mustMatch } = reading;
  const method = methodOf(settings['look-up']!, line, reading);
  if (method === undefined) return undefined;
  const report = (problem: string): undefined => {
    if (mustMatch) document.problems.push(`line ${line}: ${problem}`);
  };
  const spelling = settings['spelling'] === 'lower-case-underscores' ? 'lower-case-underscores' : 'exact';
  const { by, in: list } = settings;
  if ((by === undefined) === (list === undefined)) return report('a look-up needs either "by" or "in"');
  if (by !== undefined) {
    const field = method.input.fields.find(({ name }) => name === by);
    return isString(field)
      ? { method, where: { by: field.jsonName }, spelling }
      : report(`${method.input.fullName} has no string "${by}"`);
  }
  const field = method.output.fields.find(({ name }) => name === list);
  return field?.cardinality === 'repeated' && field.type.kind === 'scalar' && field.type.scalar === 'string'
    ? { method, where: { in: field.jsonName }, spelling }
    : report(`${method.output.fullName} has no list of strings "${list}"`);
}

function isString(field: FieldPath[number] | undefined): field is FieldPath[number] {
  return field?.cardinality === 'singular' && field.type.kind === 'scalar' && field.type.scalar === 'string';
}
