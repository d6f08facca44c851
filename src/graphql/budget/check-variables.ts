import {
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';

import { nearestName } from '../../base/nearest-name.ts';

import { BAD_USER_INPUT } from '../bad-user-input.ts';
import { Any, JSON_SCALAR } from '../scalars/json-scalars.ts';
import { showValue } from '../scalars/show-value.ts';

/** An operation with its variables as they came. */
export interface RequestWithVariables {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}

/** As many mistakes as somebody mends at once. */
const maxProblems = 10;

/** Values are nested as deep as their types, unless a type holds itself. */
const maxDepth = 100;

/** The longest value of an enum that may have been meant. */
const longestEnumValue = 200;

/**
 * Looks through variables for what does not fit the shape of their types: fields that there are not, objects and lists where a
 * single value belongs, and the other way round. The values themselves are the scalars' to check.
 *
 * graphql-js finds the same, but writes the whole object that holds a mistake into the error, for each mistake in it anew, and
 * compares each wrong word with all right ones: a request of some megabytes keeps it busy for minutes.
 */
export function checkVariables(
  schema: GraphQLSchema,
  { document, operationName, variableValues }: RequestWithVariables,
): GraphQLError[] {
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const problems: GraphQLError[] = [];
  for (const definition of definitions) {
    const name = definition.variable.name.value;
    const value = variableValues?.[name];
    const type = typeFromAST(schema, definition.type);
    if (value === undefined || !isInputType(type)) continue;
    for (const { path, problem } of misfitsOf(value, type, name)) {
      problems.push(complaint(definition, path, problem));
      if (problems.length === maxProblems) return problems;
    }
  }
  return problems;
}

interface Misfit {
  readonly path: string;
  readonly problem: string;
}

function* misfitsOf(value: unknown, type: GraphQLInputType, path: string, depth = 0): Iterable<Misfit> {
  if (isNonNullType(type)) yield* misfitsOf(value, type.ofType, path, depth);
  // Whether it may be is for graphql-js to say.
  else if (value === null || value === undefined) return;
  else if (depth > maxDepth) yield { path, problem: `it is nested more than ${maxDepth} deep` };
  else if (isListType(type)) {
    if (!Array.isArray(value)) yield* misfitsOf(value, type.ofType, path, depth);
    else for (const [at, item] of value.entries()) yield* misfitsOf(item, type.ofType, `${path}[${at}]`, depth + 1);
  } else if (isInputObjectType(type)) {
    if (typeof value !== 'object' || Array.isArray(value)) {
      yield { path, problem: `expected an object of type "${type.name}"; found ${nameOf(value)}` };
      return;
    }
    const fields = type.getFields();
    for (const [key, inner] of entriesOf(value)) {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field !== undefined) yield* misfitsOf(inner, field.type, `${path}.${key}`, depth + 1);
      else yield { path, problem: unknownField(key, type.name, Object.keys(fields)) };
    }
  } else if (typeof value === 'object' && type !== JSON_SCALAR && type !== Any) {
    yield { path, problem: `expected "${type.name}"; found ${nameOf(value)}` };
  } else if (isEnumType(type) && typeof value === 'string' && value.length > longestEnumValue) {
    yield { path, problem: `"${type.name}" has no value ${showValue(value)}` };
  }
}

/** Like Object.entries, which would hold all of them at once. */
function* entriesOf(object: object): Iterable<readonly [string, unknown]> {
  for (const key in object) yield [key, (object as Readonly<Record<string, unknown>>)[key]];
}

function nameOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : showValue(value);
}

function unknownField(name: string, typeName: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  return `the field ${showValue(name)} is not defined by type "${typeName}".${hint}`;
}

function complaint(definition: VariableDefinitionNode, path: string, problem: string): GraphQLError {
  const name = definition.variable.name.value;
  const where = path === name ? '' : ` at "${path}"`;
  return new GraphQLError(`Variable "$${name}" got an invalid value${where}: ${problem}`, {
    nodes: definition,
    extensions: { code: BAD_USER_INPUT },
  });
}
