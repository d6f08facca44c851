import {
  type GraphQLEnumType,
  GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';

import { TimeSlices } from '../../clock/time-slices.ts';
import { nearestName } from '../../errors/did-you-mean.ts';

import { BAD_USER_INPUT, showValue } from '../execution/bad-user-input.ts';
import type { OperationRequest } from './collect-fields.ts';
import type { RefusalReason } from './refusal-reasons.ts';

/** As many mistakes as somebody mends at once. */
const maxProblems = 10;

/** Values are nested as deep as their types, unless a type holds itself. */
const maxDepth = 100;

/** How many values are looked at before others may have their turn: some tenths of a millisecond. */
const valuesPerStep = 256;

/** The longest value of an enum that may have been meant. */
const longestEnumValue = 200;

/**
 * Looks through variables for what does not fit the shape of their types: fields that there are not, objects and lists where a
 * single value belongs, and the other way round. The values themselves are the scalars' to check.
 *
 * graphql-js finds the same, but writes the whole object that holds a mistake into the error, for each mistake in it anew, and
 * compares each wrong word with all right ones: a request of some megabytes would keep it busy for a minute.
 */
export async function checkVariables(
  schema: GraphQLSchema,
  request: OperationRequest,
  slices = new TimeSlices(),
): Promise<GraphQLError[]> {
  const search = searchVariables(schema, request);
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
    if (slices.isOver()) await slices.pause();
  }
}

/** Stops every so many values. */
function* searchVariables(
  schema: GraphQLSchema,
  { document, operationName, variableValues }: OperationRequest,
): Generator<void, GraphQLError[]> {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const problems: GraphQLError[] = [];
  for (const definition of definitions) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) continue;
    const search = new MisfitSearch((place, problem) => problems.push(complaint(definition, place, problem)));
    yield* search.look(variableValues?.[name], type, { above: undefined, key: name, depth: 0 });
    if (problems.length >= maxProblems) return problems.slice(0, maxProblems);
  }
  return problems;
}

/** Where a value stands: under a key, or at an index, of what is above it. */
interface Place {
  readonly above: Place | undefined;
  readonly key: string | number;
  readonly depth: number;
}

/** Goes through one variable, and ends when it has found enough. */
class MisfitSearch {
  readonly #onMisfit: (place: Place, problem: string) => void;
  #found = 0;
  #looked = 0;

  constructor(onMisfit: (place: Place, problem: string) => void) {
    this.#onMisfit = onMisfit;
  }

  *look(value: unknown, type: GraphQLInputType, place: Place): Generator<void> {
    const bare = isNonNullType(type) ? type.ofType : type;
    // Whether a value may be missing is for graphql-js to say.
    if (value === null || value === undefined) return;
    if (place.depth > maxDepth) this.#tell(place, `it is nested more than ${maxDepth} deep`);
    else if (isListType(bare)) yield* this.#lookAtList(value, bare.ofType, place);
    else if (isInputObjectType(bare)) yield* this.#lookAtObject(value, bare, place);
    else this.#lookAtLeaf(value, bare, place);
  }

  /** A single value is a list of one: https://spec.graphql.org/October2021/#sec-List.Input-Coercion. */
  *#lookAtList(value: unknown, itemType: GraphQLInputType, place: Place): Generator<void> {
    if (!Array.isArray(value)) {
      yield* this.look(value, itemType, place);
      return;
    }
    const isOfLeaves = isLeafType(getNamedType(itemType));
    for (const [at, item] of value.entries()) {
      if (this.#found >= maxProblems) return;
      if (this.#isTimeToStop()) yield;
      // Most of a large list: nothing can be wrong with the shape of such a value.
      if (isOfLeaves && isShort(item)) continue;
      yield* this.look(item, itemType, { above: place, key: at, depth: place.depth + 1 });
    }
  }

  *#lookAtObject(value: unknown, type: GraphQLInputObjectType, place: Place): Generator<void> {
    if (!isObject(value)) {
      this.#tell(place, `expected an object of type "${type.name}"; found ${nameOf(value)}`);
      return;
    }
    const fields = type.getFields();
    // graphql-js asks objects for fields by name, and would take what every object has, such as a constructor, for given.
    if (hasInheritedNames(type)) Object.setPrototypeOf(value, null);
    // Unlike Object.entries this does not hold all of them at once. JSON has made the object, so all are its own.
    for (const key in value) {
      if (this.#found >= maxProblems) return;
      if (this.#isTimeToStop()) yield;
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field === undefined) this.#tell(place, unknownField(key, type.name, Object.keys(fields)));
      else yield* this.look(value[key], field.type, { above: place, key, depth: place.depth + 1 });
    }
  }

  #lookAtLeaf(value: unknown, type: GraphQLScalarType | GraphQLEnumType, place: Place): void {
    if (typeof value === 'object' && type.extensions['takesObjects'] !== true) {
      this.#tell(place, `expected "${type.name}"; found ${nameOf(value)}`);
    } else if (typeof value === 'object' && isDeeper(value, maxDepth - place.depth)) {
      this.#tell(place, `it is nested more than ${maxDepth} deep`);
    } else if (isEnumType(type) && !isShort(value)) {
      this.#tell(place, `"${type.name}" has no value ${showValue(value)}`);
    }
  }

  #isTimeToStop(): boolean {
    this.#looked += 1;
    return this.#looked % valuesPerStep === 0;
  }

  #tell(place: Place, problem: string): void {
    this.#found += 1;
    this.#onMisfit(place, problem);
  }
}

const inheritedNames = new WeakMap<GraphQLInputObjectType, boolean>();

function hasInheritedNames(type: GraphQLInputObjectType): boolean {
  let found = inheritedNames.get(type);
  if (found === undefined) {
    found = Object.keys(type.getFields()).some((name) => name in Object.prototype);
    inheritedNames.set(type, found);
  }
  return found;
}

/** Level by level, since whoever descends into such a value may not come back. */
function isDeeper(value: unknown, levels: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    level = level.filter((one) => typeof one === 'object' && one !== null);
  }
  return false;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is no object, and no longer than what may have been meant. */
function isShort(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= longestEnumValue : typeof value !== 'object';
}

function nameOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : showValue(value);
}

function unknownField(name: string, typeName: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  return `the field ${showValue(name)} is not defined by type "${typeName}".${hint}`;
}

function complaint(definition: VariableDefinitionNode, place: Place, problem: string): GraphQLError {
  const name = definition.variable.name.value;
  const where = place.above === undefined ? '' : ` at "${pathOf(place)}"`;
  return new GraphQLError(`Variable "$${name}" got an invalid value${where}: ${problem}`, {
    nodes: definition,
    extensions: { code: BAD_USER_INPUT, reason: 'VARIABLES_MISFIT' satisfies RefusalReason },
  });
}

function pathOf({ above, key }: Place): string {
  if (above === undefined) return String(key);
  return pathOf(above) + (typeof key === 'number' ? `[${key}]` : `.${key}`);
}
