import { createHash } from 'node:crypto';

import type {
  EnumDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  MethodDescriptor,
  Registry,
  ServiceDescriptor,
} from '../../registry/descriptors.ts';

import { chooseNames, type NameClaim } from './choose-names.ts';
import { toCamelCase, toEnumValueName, toGraphqlName, toPascalCase } from './graphql-name.ts';
import { wellKnownScalarOf } from './scalar-names.ts';

/** The GraphQL name of everything in a registry. Each lookup answers for descriptors of that registry only. */
export interface GraphqlNames {
  /** The root field of an RPC, e.g. `jobGetJobs`. */
  readonly rootField: (method: MethodDescriptor) => string;
  readonly outputType: (message: MessageDescriptor) => string;
  readonly inputType: (message: MessageDescriptor) => string;
  /** The input type that holds an entity's key alone, e.g. `JobKeyInput`. */
  readonly keyInputType: (message: MessageDescriptor) => string;
  readonly enumType: (enumeration: EnumDescriptor) => string;
  readonly enumValues: (enumeration: EnumDescriptor) => readonly string[];
  /** The type of one entry of a map field. */
  readonly entryType: (field: FieldDescriptor) => string;
  readonly entryInputType: (field: FieldDescriptor) => string;
  /** Of a field as an output field, input field and argument alike. */
  readonly field: (field: FieldDescriptor) => string;
}

/** Names that no derived type may take, whether or not this schema has such a type. */
const reservedTypeNames: ReadonlySet<string> = new Set(
  (
    'Query Mutation Subscription Int Float String Boolean ID Int64 UInt32 Bytes ' +
    'Timestamp Duration FieldMask Any JSON'
  ).split(' '),
);

/**
 * Names everything from simple names; the package comes in front only of names that would otherwise collide. The whole
 * registry decides, not the services that happen to be exposed, so hiding a service renames nothing.
 *
 * @throws Error when two names cannot be told apart, which takes two that share a hash.
 */
export function deriveNames(registry: Registry): GraphqlNames {
  const rootFields = nameRootFields(registry.services);
  const types = nameTypes(registry);
  const taken = new Set([...types.values()].flatMap(({ output, input }) => [output, input]));
  const fields = new Map<FieldDescriptor, string>();
  for (const message of registry.messages.values()) nameFields(message, fields);
  const enumValues = new Map<EnumDescriptor, readonly string[]>();
  for (const enumeration of registry.enums.values()) enumValues.set(enumeration, nameEnumValues(enumeration));
  return Object.freeze({
    rootField: (method: MethodDescriptor) => rootFields.get(method)!,
    outputType: (message: MessageDescriptor) => types.get(message)!.output,
    inputType: (message: MessageDescriptor) => types.get(message)!.input,
    keyInputType: (message: MessageDescriptor) => nameKeyInput(message, types.get(message)!.input, taken),
    enumType: (enumeration: EnumDescriptor) => types.get(enumeration)!.output,
    enumValues: (enumeration: EnumDescriptor) => enumValues.get(enumeration)!,
    entryType: (field: FieldDescriptor) => types.get(field)!.output,
    entryInputType: (field: FieldDescriptor) => types.get(field)!.input,
    field: (field: FieldDescriptor) => fields.get(field)!,
  });
}

/** Two steps: services that share a name are prefixed as a whole, so a service's fields look alike. */
function nameRootFields(services: readonly ServiceDescriptor[]): ReadonlyMap<MethodDescriptor, string> {
  const prefixes = chooseNames(services.map(prefixClaim), new Set());
  const methods = services.flatMap((service, index) =>
    service.methods.map((method) => ({ method, prefix: prefixes[index]! })),
  );
  const names = chooseNames(
    methods.map(({ method, prefix }) => ({
      owner: method.fullName,
      candidates: [
        toGraphqlName(`${prefix}${toPascalCase(method.name)}`),
        toGraphqlName(`${prefix}_${toPascalCase(method.name)}`),
        toGraphqlName(method.fullName),
        toUniqueName(method.fullName),
      ],
    })),
    new Set(),
  );
  return new Map(methods.map(({ method }, index) => [method, names[index]!]));
}

function prefixClaim(service: ServiceDescriptor): NameClaim {
  const simple = service.name.replace(/(?<=.)Interface$/, '');
  return {
    owner: service.fullName,
    candidates: [
      toCamelCase(simple),
      toCamelCase(`${service.package}.${simple}`),
      toCamelCase(service.fullName),
      toGraphqlName(service.fullName),
      toUniqueName(service.fullName),
    ],
  };
}

interface TypeNames {
  readonly output: string;
  readonly input: string;
}

/** Few messages need such a name, so it gives way to those that all have. */
function nameKeyInput({ fullName }: MessageDescriptor, inputType: string, taken: ReadonlySet<string>): string {
  const name = inputType.replace(/Input$/, 'KeyInput');
  return taken.has(name) ? `${toUniqueName(fullName)}_KeyInput` : name;
}

type Named = MessageDescriptor | EnumDescriptor | FieldDescriptor;

function nameTypes(registry: Registry): ReadonlyMap<Named, TypeNames> {
  const named: Named[] = [...registry.enums.values()];
  for (const message of registry.messages.values()) {
    if (wellKnownScalarOf(message) !== undefined) continue;
    named.push(message, ...message.fields.filter((field) => field.cardinality === 'map'));
  }
  const names = chooseNames(named.flatMap(typeClaims), reservedTypeNames);
  const types = new Map<Named, TypeNames>();
  let next = 0;
  for (const one of named) {
    const output = names[next++]!;
    types.set(one, { output, input: one.kind === 'enum' ? output : names[next++]! });
  }
  return types;
}

/** An enum needs one name, a message or a map's entry two: as output and as input. */
function typeClaims(named: Named): NameClaim[] {
  const owner = named.kind === 'field' ? `${named.parent.fullName}.${named.name}` : named.fullName;
  const candidates = named.kind === 'field' ? entryCandidates(named) : typeCandidates(named.name, named.fullName);
  const output = { owner, candidates };
  if (named.kind === 'enum') return [output];
  const input = candidates.map((name, index) => (index < 2 ? `${name}Input` : `${name}_Input`));
  return [output, { owner: `the input of ${owner}`, candidates: input }];
}

function typeCandidates(name: string, fullName: string): string[] {
  const spelled = toGraphqlName(fullName);
  return [toGraphqlName(name), toGraphqlName(toPascalCase(fullName)), spelled, `${spelled}_`, toUniqueName(fullName)];
}

/**
 * The name of last resort: `a.b_c.D` and `a_b.c.D` are spelled alike in GraphQL, and only what they are called in the protos tells
 * them apart. It depends on nothing else, so no file that is loaded with it changes it.
 */
function toUniqueName(fullName: string): string {
  return `${toGraphqlName(fullName)}_${createHash('sha256').update(fullName).digest('hex').slice(0, 8)}`;
}

function entryCandidates({ parent, name }: FieldDescriptor): string[] {
  return typeCandidates(parent.name, parent.fullName).map((type, index) =>
    index < 2 ? `${type}${toPascalCase(name)}Entry` : `${type}_${name}_Entry`,
  );
}

/** JSON names are unique within a message; their legal spellings may not be, and then carry the field number. */
function nameFields(message: MessageDescriptor, names: Map<FieldDescriptor, string>): void {
  const chosen = chooseNames(
    message.fields.map((field) => {
      const name = toGraphqlName(field.jsonName);
      return { owner: `${message.fullName}.${field.name}`, candidates: [name, `${name}_${field.number}`] };
    }),
    new Set(),
  );
  for (const field of message.fields) names.set(field, chosen[field.index]!);
}

function nameEnumValues({ fullName, values }: EnumDescriptor): readonly string[] {
  const claims = values.map(({ name }) => {
    const legal = toEnumValueName(name);
    return { owner: `${fullName}.${name}`, candidates: [legal, `${legal}_`] };
  });
  return chooseNames(claims, new Set());
}
