import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';

/** The values of an operation's variables, defaults filled in. */
export type Variables = Readonly<Record<string, unknown>>;

/** What decides which fields a selection set comes to. */
export interface Selecting {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Variables;
}

/** Makes a document and the variables that came with it ready for `collectFields`. */
export function selectingOf(
  { definitions }: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Variables,
): Selecting {
  const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
  );
  return {
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
    variables: { ...Object.fromEntries(defaults), ...given },
  };
}

/**
 * The fields of some selection sets by their names in the answer; those that share a name are executed as one
 * (https://spec.graphql.org/October2021/#CollectFields()). Every fragment fits: derived schemas have no abstract types.
 */
export function collectFields(
  selectionSets: readonly SelectionSetNode[],
  { fragments, variables }: Selecting,
): ReadonlyMap<string, readonly FieldNode[]> {
  const found = new Map<string, FieldNode[]>();
  const seen = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (isLeftOut(selection, variables)) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment === undefined || seen.has(selection.name.value)) continue;
        seen.add(selection.name.value);
        visit(fragment.selectionSet);
      } else {
        const key = (selection.alias ?? selection.name).value;
        const same = found.get(key);
        if (same === undefined) found.set(key, [selection]);
        else same.push(selection);
      }
    }
  };
  for (const selectionSet of selectionSets) visit(selectionSet);
  return found;
}

/** By `@skip` or `@include`. */
function isLeftOut({ directives = [] }: SelectionNode, variables: Variables): boolean {
  return directives.some(({ name, arguments: [condition] = [] }) => {
    const isTrue = condition !== undefined && valueFromASTUntyped(condition.value, variables) === true;
    return (name.value === 'skip' && isTrue) || (name.value === 'include' && !isTrue);
  });
}

/** An operation that is about to be executed, with its variables as they came. */
export interface OperationRequest {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Variables | null | undefined;
}
