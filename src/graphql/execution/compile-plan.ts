import {
  type FieldNode,
  type FragmentDefinitionNode,
  getArgumentValues,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

import type { FieldDescriptor, MessageDescriptor, Registry } from '../../registry/descriptors.ts';

import { zeroJson } from '../../codec/projection/compile-member.ts';
import { compileProjection } from '../../codec/projection/compile-projection.ts';
import type {
  EntryMember,
  MemberContent,
  ProjectionContext,
  SelectedMember,
  Selection,
} from '../../codec/projection/selection.ts';

import { collectFields, type Selecting } from '../limits/collect-fields.ts';
import { deriveNames, type GraphqlNames } from '../schema/derive-names.ts';
import { wellKnownScalarOf } from '../schema/scalar-names.ts';
import type { MemberPlan, ObjectPlan, OperationPlan } from './plan.ts';

/** Which messages and fields the types of a schema were derived from. */
export interface Derivation {
  readonly schema: GraphQLSchema;
  readonly projection: ProjectionContext;
  /** By output type. */
  readonly messages: ReadonlyMap<string, MessageDescriptor>;
  /** By message: fields by GraphQL name. */
  readonly fields: ReadonlyMap<MessageDescriptor, ReadonlyMap<string, FieldDescriptor>>;
}

/** Finds out where the types of a schema came from. */
export function traceDerivation(schema: GraphQLSchema, registry: Registry): Derivation {
  const names: GraphqlNames = deriveNames(registry);
  const messages = [...registry.messages.values()].filter((message) => wellKnownScalarOf(message) === undefined);
  return {
    schema,
    projection: { registry, enumNames: names.enumValues },
    messages: new Map(messages.map((message) => [names.outputType(message), message])),
    fields: new Map(
      messages.map((message) => [message, new Map(message.fields.map((field) => [names.field(field), field]))]),
    ),
  };
}

/** An operation that plans cannot express: the reference executor has to execute it. */
export class Uncovered extends Error {
  override readonly name = 'Uncovered';
}

/** Compiles a valid operation. `selecting` decides what `@skip` and `@include` leave. Throws Uncovered. */
export function compilePlan(
  derivation: Derivation,
  operation: OperationDefinitionNode,
  selecting: Selecting,
): OperationPlan {
  const rootType = derivation.schema.getRootType(operation.operation);
  if (!rootType) throw new Uncovered(operation.operation);
  const compilation: Compilation = { ...derivation, selecting };
  return {
    root: finish(compileObject(rootType, [operation.selectionSet], undefined, false, compilation), compilation),
    operation,
    fragments: Object.fromEntries(selecting.fragments) as Record<string, FragmentDefinitionNode>,
  };
}

interface Compilation extends Derivation {
  readonly selecting: Selecting;
}

/**
 * Compiles what is shown of objects of one type. `isStepwise`: the object is a reply, or directly in one, so its lists may
 * be long and are written bit by bit.
 */
function compileObject(
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  message: MessageDescriptor | undefined,
  isStepwise: boolean,
  compilation: Compilation,
): CompiledObject {
  const compiled = [...collectFields(selectionSets, compilation.selecting)].map(([key, nodes]) =>
    compileMember(key, nodes, { type, message, isStepwise, compilation }),
  );
  const members = compiled.map(({ plan }) => plan);
  return {
    type,
    members,
    selection: {
      message: message ?? noMessage,
      members: compiled.map(({ plan: { key }, content }): SelectedMember => ({ key, content })),
    },
    isPlain: members.every(({ kind }) => kind === 'wire'),
    holes: members.flatMap((member, at) => (isHole(member) ? [at] : [])),
  };
}

/** An object whose selection either becomes a projection of its own or a part of the one around it. */
interface CompiledObject extends Omit<ObjectPlan, 'projection'> {
  readonly selection: Selection;
}

function finish({ selection, ...rest }: CompiledObject, { projection }: Compilation): ObjectPlan {
  return { ...rest, projection: compileProjection(selection, projection) };
}

function isHole(member: MemberPlan): boolean {
  return member.kind === 'nested' ? member.inner.holes.length > 0 : member.kind !== 'wire';
}

/** Stands in for the message of a root type, of which nothing is on the wire. */
const noMessage = { fullName: '', name: '', fields: [], oneofs: [] } as unknown as MessageDescriptor;

interface Place {
  readonly type: GraphQLObjectType;
  readonly message: MessageDescriptor | undefined;
  readonly isStepwise: boolean;
  readonly compilation: Compilation;
}

interface CompiledMember {
  readonly plan: MemberPlan;
  readonly content: MemberContent;
}

function compileMember(key: string, nodes: readonly FieldNode[], place: Place): CompiledMember {
  const { type, message, compilation } = place;
  const name = nodes[0]!.name.value;
  if (name === '__typename') return constant(key, JSON.stringify(type.name));
  if (name === '__schema' || name === '__type') throw new Uncovered(`${name} is not about the upstream`);
  const field = message && compilation.fields.get(message)!.get(name);
  if (field !== undefined) return compileWireMember(key, nodes, field, place);
  if (message?.fields.length === 0 && name === 'ok') return constant(key, 'true');
  return compileResolvedMember(key, nodes, place);
}

function constant(key: string, json: string): CompiledMember {
  return { plan: { key, kind: 'wire' }, content: { kind: 'constant', json } };
}

/** A field of the message. */
function compileWireMember(
  key: string,
  nodes: readonly FieldNode[],
  field: FieldDescriptor,
  { type, isStepwise, compilation }: Place,
): CompiledMember {
  const { type: fieldType } = type.getFields()[nodes[0]!.name.value]!;
  const named = getNamedType(fieldType);
  const shape = shapeOf(fieldType);
  assertHasZero(field, shape.isNonNull, compilation);
  if (field.cardinality === 'map') {
    const members = compileEntry(field, nodes, named as GraphQLObjectType, compilation);
    return { plan: { key, kind: 'wire' }, content: { kind: 'map', field, members } };
  }
  if (!isObjectType(named)) return { plan: { key, kind: 'wire' }, content: { kind: 'field', field, inner: undefined } };
  const isList = field.cardinality === 'repeated';
  const inner = compileObject(named, setsOf(nodes), messageOf(field), isStepwise && !isList, compilation);
  if (inner.isPlain && !(isList && isStepwise)) {
    return { plan: { key, kind: 'wire' }, content: { kind: 'field', field, inner: inner.selection } };
  }
  return {
    plan: { key, kind: 'nested', jsonName: field.jsonName, ...shape, inner: finish(inner, compilation) },
    content: { kind: 'gap', field },
  };
}

/** Enums of proto2 need not have a zero, and what stands for it then must be noted for the caller. */
function assertHasZero(field: FieldDescriptor, isNonNull: boolean, { projection }: Compilation): void {
  const isAbsentNull = field.cardinality === 'singular' && field.presence === 'explicit';
  if (isAbsentNull && isNonNull) throw new Uncovered(`${field.name} has no value when it is absent`);
  if (field.cardinality === 'repeated') return;
  if (!isAbsentNull && zeroJson(field, projection) === undefined) throw new Uncovered(`${field.name} has no zero`);
  if (field.cardinality === 'singular' && field.type.kind === 'message' && isNonNull) {
    throw new Uncovered(`${field.name} may be absent`);
  }
}

function compileEntry(
  field: FieldDescriptor,
  nodes: readonly FieldNode[],
  type: GraphQLObjectType,
  compilation: Compilation,
): readonly EntryMember[] {
  return [...collectFields(setsOf(nodes), compilation.selecting)].map(([key, own]): EntryMember => {
    const name = own[0]!.name.value;
    if (name === '__typename') return { key, content: { kind: 'constant', json: JSON.stringify(type.name) } };
    if (name === 'key') return { key, content: { kind: 'key' } };
    const named = getNamedType(type.getFields()[name]!.type);
    if (!isObjectType(named)) return { key, content: { kind: 'value', inner: undefined } };
    const inner = compileObject(named, setsOf(own), messageOf(field), false, compilation);
    if (!inner.isPlain) throw new Uncovered(`${named.name} in a map leads on`);
    return { key, content: { kind: 'value', inner: inner.selection } };
  });
}

/** A field with a resolver: an RPC, a link, a friendly value, or whatever a schema has besides. */
function compileResolvedMember(key: string, nodes: readonly FieldNode[], { type, compilation }: Place): CompiledMember {
  const [node] = nodes as [FieldNode];
  const field = type.getFields()[node.name.value];
  if (field?.resolve === undefined) throw new Uncovered(`${type.name}.${node.name.value} has no resolver`);
  const named = getNamedType(field.type);
  const innerMessage = isObjectType(named) ? compilation.messages.get(named.name) : undefined;
  if (!isLeafType(named) && innerMessage === undefined) throw new Uncovered(`${named.name} is no message`);
  if (isListType(shapeOf(field.type).element)) throw new Uncovered(`${type.name}.${field.name} is a list of lists`);
  const inner =
    innerMessage &&
    finish(compileObject(named as GraphQLObjectType, setsOf(nodes), innerMessage, true, compilation), compilation);
  return {
    plan: {
      key,
      kind: 'resolved',
      ...shapeOf(field.type),
      inner,
      field,
      parentType: type,
      nodes,
      args: hasVariables(node) ? undefined : constantArguments(field, node),
      serialize: isLeafType(named) ? (value) => named.serialize(value) : undefined,
    },
    content: { kind: 'gap', field: undefined },
  };
}

/** Undefined: they are wrong, and whoever executes will be told. */
function constantArguments(field: Parameters<typeof getArgumentValues>[0], node: FieldNode) {
  try {
    return getArgumentValues(field, node, {});
  } catch {
    return undefined;
  }
}

function hasVariables(node: FieldNode): boolean {
  let found = false;
  for (const argument of node.arguments ?? []) {
    visit(argument, {
      [Kind.VARIABLE]: () => {
        found = true;
      },
    });
  }
  return found;
}

function shapeOf(type: GraphQLOutputType) {
  const isNonNull = isNonNullType(type);
  const bare = isNonNull ? type.ofType : type;
  const isList = isListType(bare);
  const element = isList ? bare.ofType : bare;
  const areElementsNonNull = isList && isNonNullType(element);
  return { isNonNull, isList, areElementsNonNull, element: isNonNullType(element) ? element.ofType : element };
}

function setsOf(nodes: readonly FieldNode[]): readonly SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}

function messageOf({ type }: FieldDescriptor): MessageDescriptor {
  return (type as Extract<FieldDescriptor['type'], { kind: 'message' }>).message;
}
