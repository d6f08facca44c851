import { type FieldDefinitionNode, Kind, type ObjectTypeDefinitionNode, parse } from 'graphql';

import { didYouMean } from '../../errors/did-you-mean.ts';

import { readType } from './catalog.ts';
import type { Order } from './compile-order.ts';
import type { Report } from './mistakes.ts';
import type { LinkField } from './parse-links.ts';
import { readSettings } from './read-settings.ts';

/** A list of which callers can choose order and page. */
export interface ExpandedList {
  /** The same field with the arguments for that. */
  readonly field: LinkField;
  readonly order: Order;
  /** How many rows there are: a field beside the list, with those of its arguments that narrow it. */
  readonly total: LinkField;
}

/** Arguments that say what is shown of a list; all others say what is in it. */
export const arrangingArguments: ReadonlySet<string> = new Set(['orderBy', 'limit', 'page', 'start']);

/**
 * Expands `@list(orderBy:)`, which stands for the same arguments on every list, and for the field that counts it. Answers
 * undefined for other fields, and reports an order that does not exist.
 */
export function expandList(
  field: LinkField,
  orders: ReadonlyMap<string, Order>,
  report: Report,
): ExpandedList | undefined {
  const { node, typeName } = field;
  const directive = node.directives?.find(({ name }) => name.value === 'list');
  if (directive === undefined) return undefined;
  if (!readType(node.type).isList) report(directive, 'only a list can be put in order');
  const settings = readSettings(directive, directive.arguments ?? [], { orderBy: 'name' }, report);
  const name = settings.text('orderBy') ?? '';
  const order = orders.get(name);
  if (order === undefined) {
    report(settings.nodeOf('orderBy'), `no order is named "${name}"${didYouMean(name, orders.keys())}`);
    return undefined;
  }
  const own = node.arguments ?? [];
  const isPagedBy = (argument: string) => own.some((one) => one.name.value === argument);
  const added = argumentsOf(order.inputName).filter(({ name: { value } }) => {
    return value === 'page' ? !isPagedBy('page') && !isPagedBy('start') : !isPagedBy(value);
  });
  const totalName = `${node.name.value}Total`;
  return {
    field: { ...field, node: { ...node, arguments: [...own, ...added] } },
    order,
    total: {
      ...field,
      owner: `${typeName}.${totalName}`,
      node: {
        ...node,
        name: { ...node.name, value: totalName },
        description: { kind: Kind.STRING, value: describeTotal(node) },
        arguments: own.filter((one) => !arrangingArguments.has(one.name.value)),
        type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'Int' } },
      },
    },
  };
}

function describeTotal({ name: { value }, arguments: own = [], directives }: FieldDefinitionNode): string {
  const narrowing = own.filter((one) => !arrangingArguments.has(one.name.value));
  const same = narrowing.length === 0 ? '' : ' with the same arguments';
  return `How many \`${value}\` there are${same}, whatever page of them is shown. ${describeCost(value, directives)}`;
}

function describeCost(name: string, directives: FieldDefinitionNode['directives'] = []): string {
  const calls = directives.filter((directive) => directive.name.value === 'rpc');
  const has = (setting: string) =>
    calls.some(({ arguments: given }) => given?.some((one) => one.name.value === setting));
  if (!has('pages')) return `Beside \`${name}\` it costs no further call.`;
  return has('counts')
    ? 'Without arguments, or with states alone, the parent knows; otherwise all of them are read for it.'
    : 'All of them are read for it.';
}

function argumentsOf(inputName: string) {
  const { definitions } = parse(`type List { list(
    "What comes first; a further step decides where the ones before it find no difference. Sorted by the gateway, which reads the whole list for it. Without steps, or where none decides, Cuebot's own order."
    orderBy: [${inputName}!]
    "How many to answer with, from 1 to 100,000; all when left out. A list without an order of its own needs \`orderBy\`, else its pages need not fit together."
    limit: Int @range(min: 1, max: 100000)
    "Which page, counted from 1, up to 20,000; each has \`limit\` elements."
    page: Int! = 1 @range(min: 1, max: 20000)
  ): Int }`);
  return (definitions[0] as ObjectTypeDefinitionNode).fields![0]!.arguments!;
}
