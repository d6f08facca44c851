import type { Row } from './compile-row-path.ts';

/**
 * The objects that own an object, by output type: of a frame reached through a job's layers, that layer and that job. Much
 * that belongs to something does not say to what, so it is known only from the way that led there.
 */
export type Ancestry = Readonly<Record<string, Row>>;

/** Not a name, so no field of any message can meet it. */
const ancestry: unique symbol = Symbol('ancestry');

const none: Ancestry = Object.freeze({});

/** Whose a row is, as far as the way here told. */
export function ancestryOf(row: object | null | undefined): Ancestry {
  return (row as { [ancestry]?: Ancestry } | null | undefined)?.[ancestry] ?? none;
}

/**
 * Rows, or one, as children of `parent`. Copies, since others who asked the same have reached the same rows on another way.
 */
export function adopt(rows: unknown, parentType: string, parent: Row): unknown {
  const theirs: Ancestry = { ...ancestryOf(parent), [parentType]: parent };
  const adoptOne = (row: Row) => ({ ...row, [ancestry]: theirs });
  return Array.isArray(rows) ? rows.map(adoptOne) : adoptOne(rows as Row);
}
