/** A test that holds when the key is one of the values, and always when there are none. Exact and case-sensitive. */
export function isAmong<Row>(values: readonly string[], keyOf: (row: Row) => string): (row: Row) => boolean {
  if (values.length === 0) return () => true;
  const wanted = new Set(values);
  return (row) => wanted.has(keyOf(row));
}

/** A test that holds when one of the tests does, and always when there are none. */
export function anyOf(tests: readonly ((text: string) => boolean)[]): (text: string) => boolean {
  if (tests.length === 0) return () => true;
  return (text) => tests.some((test) => test(text));
}
