import { missingRow, notFound, tooManyRows } from '../wire/cuebot-error.ts';

type Absent = () => Error;

/** The row of an id. Throws what `absent` makes when there is none; most methods say so with INTERNAL. */
export function pickRow<Row>(table: ReadonlyMap<string, Row>, id: string, absent: Absent = missingRow): Row {
  const row = table.get(id);
  if (row === undefined) throw absent();
  return row;
}

/** The only row that passes the test. None: what `absent` makes (NOT_FOUND by default); several: INTERNAL. */
export function pickOnly<Row>(rows: Iterable<Row>, test: (row: Row) => boolean, absent: Absent = notFound): Row {
  const found = [...rows].filter(test);
  if (found.length > 1) throw tooManyRows(found.length);
  const [row] = found;
  if (row === undefined) throw absent();
  return row;
}
