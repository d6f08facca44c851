import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

import type { Random } from './random.ts';

/** An operation, and the variables that it is sent with. */
export interface RandomOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** How large operations become. */
export interface OperationSize {
  readonly depth: number;
  readonly fields: number;
}

/**
 * An operation with aliases, fragments, directives, variables and arguments. Nearly always valid; the few that are not are
 * for the caller to leave out.
 */
export function randomOperation(schema: GraphQLSchema, random: Random, size: OperationSize): RandomOperation {
  return new Writer(schema, random).write(size);
}

class Writer {
  readonly #schema: GraphQLSchema;
  readonly #random: Random;
  readonly #fragments: string[] = [];
  readonly #declared: string[] = [];
  readonly #variables: Record<string, unknown> = {};
  #names = 0;

  constructor(schema: GraphQLSchema, random: Random) {
    this.#schema = schema;
    this.#random = random;
  }

  write({ depth, fields }: OperationSize): RandomOperation {
    const mutation = this.#schema.getMutationType();
    const isMutation = mutation !== undefined && mutation !== null && this.#random.chance(0.2);
    const root = isMutation ? mutation : this.#schema.getQueryType()!;
    const selection = this.#selection(root, depth, Math.min(fields, 3));
    const declared = this.#declared.length === 0 ? '' : `(${this.#declared.join(', ')})`;
    const query = [`${isMutation ? 'mutation' : 'query'} Q${declared} ${selection}`, ...this.#fragments].join('\n');
    return { query, variables: this.#variables };
  }

  #selection(type: GraphQLObjectType, depth: number, count: number): string {
    const all = Object.values(type.getFields());
    const usable = depth > 1 ? all : all.filter((field) => !isObjectType(getNamedType(field.type)));
    const parts: string[] = [];
    const plain = new Set<string>();
    for (let index = 0; index <= this.#random.below(count); index += 1) {
      const choice = this.#random.next();
      if (usable.length === 0 || choice < 0.06)
        parts.push(this.#random.chance(0.5) ? '__typename' : `${this.#name()}: __typename`);
      else if (choice < 0.12)
        parts.push(`... ${this.#condition(type)}${this.#directive()} ${this.#selection(type, depth, 2)}`);
      else if (choice < 0.18) parts.push(this.#fragment(type, depth));
      else {
        const field = this.#random.pick(usable);
        const isPlain = field.args.length === 0 && !plain.has(field.name) && this.#random.chance(0.6);
        if (isPlain && !isObjectType(getNamedType(field.type))) plain.add(field.name);
        const named = getNamedType(field.type);
        const args = this.#arguments(field.args);
        const below = isObjectType(named) ? ` ${this.#selection(named, depth - 1, count)}` : '';
        const key = isPlain ? field.name : `${this.#name()}: ${field.name}`;
        parts.push(`${key}${args}${this.#directive()}${below}`);
        // The same field again: its selections are merged.
        if (isPlain && below !== '' && this.#random.chance(0.3)) {
          parts.push(`${field.name} ${this.#selection(named as GraphQLObjectType, depth - 1, 2)}`);
        }
      }
    }
    if (type === this.#schema.getQueryType() && this.#random.chance(0.03))
      parts.push('__schema { queryType { name } }');
    return `{ ${parts.join(' ')} }`;
  }

  #name(): string {
    this.#names += 1;
    return `a${this.#names}`;
  }

  #condition({ name }: GraphQLObjectType): string {
    return this.#random.chance(0.5) ? `on ${name}` : '';
  }

  #fragment(type: GraphQLObjectType, depth: number): string {
    const name = `F${this.#fragments.length}x${this.#name()}`;
    const body = this.#selection(type, depth, 2);
    this.#fragments.push(`fragment ${name} on ${type.name} ${body}`);
    return `...${name}${this.#directive()}`;
  }

  #directive(): string {
    if (!this.#random.chance(0.12)) return '';
    const name = this.#random.pick(['skip', 'include']);
    if (this.#random.chance(0.4)) return ` @${name}(if: ${this.#random.chance(0.5)})`;
    return ` @${name}(if: ${this.#variable('Boolean!', this.#random.chance(0.5))})`;
  }

  #variable(type: string, value: unknown): string {
    const name = `v${this.#declared.length}`;
    const hasDefault = !type.endsWith('!') && this.#random.chance(0.2);
    this.#declared.push(`$${name}: ${type}${hasDefault ? ` = ${literal(value)}` : ''}`);
    if (!hasDefault || this.#random.chance(0.5)) this.#variables[name] = value;
    return `$${name}`;
  }

  #arguments(args: readonly GraphQLArgument[]): string {
    const given = args.filter(({ type }) => isNonNullType(type) || this.#random.chance(0.5));
    if (given.length === 0) return '';
    const written = given.map(({ name, type }) => {
      const value = this.#value(type, 2);
      if (value === undefined) return `${name}: null`;
      // Enums are names in documents and texts in variables.
      const isVariable = this.#random.chance(0.4);
      return `${name}: ${isVariable ? this.#variable(String(type), unwrap(value)) : literal(value)}`;
    });
    return `(${written.join(', ')})`;
  }

  #value(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return this.#value(type.ofType, depth) ?? '';
    if (isListType(type)) {
      return Array.from({ length: this.#random.below(3) }, () => this.#value(type.ofType, depth)).filter(
        (one) => one !== undefined,
      );
    }
    if (isEnumType(type)) return new EnumName(this.#random.pick(type.getValues()).name);
    if (isInputObjectType(type)) {
      if (depth === 0 && !Object.values(type.getFields()).some(({ type }) => isNonNullType(type))) return {};
      const fields = Object.values(type.getFields()).filter(
        ({ type }) => isNonNullType(type) || this.#random.chance(0.3),
      );
      return Object.fromEntries(
        fields
          .map((field) => [field.name, this.#value(field.type, depth - 1)])
          .filter(([, value]) => value !== undefined),
      );
    }
    return this.#scalar(type.name);
  }

  #scalar(name: string): unknown {
    switch (name) {
      case 'String':
      case 'ID':
        return this.#random.pick(['1', '2', 'Emma', 'größer']);
      case 'Int':
      case 'UInt32':
        return this.#random.below(20);
      case 'Float':
        return this.#random.pick([0, 1, 2.5]);
      case 'Boolean':
        return this.#random.chance(0.5);
      case 'Int64':
        return '12';
      default:
        return undefined;
    }
  }
}

/** The name of an enum's value. */
class EnumName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

function unwrap(value: unknown): unknown {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, unwrap(one)]));
}

function literal(value: unknown): string {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, one]) => `${name}: ${literal(one)}`)
    .join(', ')} }`;
}
