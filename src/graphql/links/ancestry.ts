import { GraphQLError } from 'graphql';

import { copyWindow, isWindow } from '../../codec/value/message-window.ts';

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
  const adoptOne = (row: Row) => Object.assign(isWindow(row) ? copyWindow(row) : { ...row }, { [ancestry]: theirs });
  return Array.isArray(rows) ? rows.map(adoptOne) : adoptOne(rows as Row);
}

/**
 * The upstream does not tell whose an object is, and the way here did not lead through its owner. That is no null: a cache that
 * remembers objects by their ids would take it for the truth.
 *
 * @param owner the field, e.g. `Frame.job`
 * @param types through which the way should have led
 */
export function unknownOwner(owner: string, types: readonly string[]): GraphQLError {
  const ways = types.map((type) => `a ${type}`).join(' or ');
  const text = `${owner} is not known here: Cuebot does not tell. Reach the object through ${ways} instead.`;
  return new GraphQLError(text, { extensions: { code: 'UNKNOWN_OWNER', reachThrough: types } });
}
