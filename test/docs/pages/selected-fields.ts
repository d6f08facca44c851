import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type ConstDirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  Kind,
  type GraphQLObjectType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';

import { parseLinks } from '../../../src/graphql/links/parse-links.ts';

const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));

/** The fields of messages that friendly values are computed from, by the fields of the schema: `Job.submittedAt` → `startTime`. */
const sources = new Map<string, readonly string[]>();
for (const { owner, node } of parseLinks({
  fileName: 'schema/links.graphql',
  text: readFileSync('schema/links.graphql', 'utf8'),
}).fields) {
  const convert = node.directives?.find(({ name }) => name.value === 'convert');
  if (convert !== undefined) sources.set(owner, textsOf(convert));
}

/** `from: ["name strip /2"]` → `name` */
function textsOf({ arguments: given = [] }: ConstDirectiveNode): readonly string[] {
  const from = given.find(({ name }) => name.value === 'from')?.value;
  const values = from?.kind === Kind.LIST ? from.values : [from];
  return values.flatMap((value) => (value?.kind === Kind.STRING ? value.value.split(' ').slice(0, 1) : []));
}

/**
 * What an operation shows of Cuebot's messages when all of its parts are included, as paths without aliases: `jobs.startTime`
 * for `mine: jobs { submittedAt }`.
 */
export function selectedFields(document: DocumentNode): ReadonlySet<string> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const found = new Set<string>();
  const visit = ({ selections }: SelectionSetNode, type: GraphQLObjectType, path: string): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) visit(fragments.get(selection.name.value)!.selectionSet, type, path);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet, type, path);
      else {
        const name = selection.name.value;
        const at = (field: string) => (path === '' ? field : `${path}.${field}`);
        for (const field of sources.get(`${type.name}.${name}`) ?? [name]) found.add(at(field));
        const inner = getNamedType(type.getFields()[name]!.type);
        if (selection.selectionSet !== undefined && isObjectType(inner)) visit(selection.selectionSet, inner, at(name));
      }
    }
  };
  for (const node of document.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION) visit(node.selectionSet, schema.getQueryType()!, '');
  }
  return found;
}
