import {
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  GraphQLError,
  type InputObjectTypeDefinitionNode,
  Kind,
  parse,
  Source,
  type ObjectTypeExtensionNode,
} from 'graphql';

import { LinksError, type Mistake, reportTo } from './mistakes.ts';

/** The text of a links document. */
export interface LinksSource {
  readonly text: string;
  /** For error messages, e.g. `schema/links.graphql`. */
  readonly fileName: string;
}

/** A field that a document adds to a type. */
export interface LinkField {
  /** Of the type and itself, e.g. `Job.layers`. */
  readonly owner: string;
  readonly typeName: string;
  readonly extension: ObjectTypeExtensionNode;
  readonly node: FieldDefinitionNode;
}

/** What a links document defines. */
export interface LinksDocument {
  readonly source: Source;
  readonly fields: readonly LinkField[];
  readonly inputs: readonly InputObjectTypeDefinitionNode[];
  /** What lists can be put in order by. */
  readonly orders: readonly EnumTypeDefinitionNode[];
  /** Definitions that have no place in such a document. */
  readonly mistakes: readonly Mistake[];
}

/** Reads plain SDL. Throws a LinksError when it is none. */
export function parseLinks({ text, fileName }: LinksSource): LinksDocument {
  const source = new Source(text, fileName);
  const mistakes: Mistake[] = [];
  const fields: LinkField[] = [];
  const inputs: InputObjectTypeDefinitionNode[] = [];
  const orders: EnumTypeDefinitionNode[] = [];
  for (const definition of parseText(source, fileName).definitions) {
    if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
      inputs.push(definition);
    } else if (definition.kind === Kind.ENUM_TYPE_DEFINITION) {
      orders.push(definition);
    } else if (definition.kind === Kind.OBJECT_TYPE_EXTENSION) {
      const typeName = definition.name.value;
      for (const node of definition.fields ?? []) {
        fields.push({ owner: `${typeName}.${node.name.value}`, typeName, extension: definition, node });
      }
    } else {
      const name = 'name' in definition ? (definition.name?.value ?? definition.kind) : definition.kind;
      reportTo(mistakes, source, name)(definition, 'only "extend type", "input" and "enum" have a place here');
    }
  }
  return { source, fields, inputs, orders, mistakes };
}

function parseText(source: Source, fileName: string) {
  try {
    return parse(source);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const line = error.locations?.[0]?.line ?? 1;
    throw new LinksError(fileName, [{ line, owner: 'the text', text: error.message }]);
  }
}
