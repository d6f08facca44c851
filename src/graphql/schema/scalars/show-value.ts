import { Kind, print, type ValueNode } from 'graphql';

const longest = 40;

/** A value as an error message shows it: as it was written, and not all of a long one. */
export function showValue(value: unknown): string {
  return shorten(typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? typeof value));
}

/** The same for a value that stands in the query text. */
export function showLiteral(node: ValueNode): string {
  return shorten(node.kind === Kind.STRING ? JSON.stringify(node.value) : print(node));
}

function shorten(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
