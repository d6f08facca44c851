/** Which tests a request belongs to: the syntax of its message, as names of tests have it, and the format that is read. */
export function categoryOf(messageType: string, isJson: boolean): string {
  const syntaxes: Readonly<Record<string, string>> = {
    proto2: 'Proto2',
    proto3: 'Proto3',
    'editions.proto2': 'Editions_Proto2',
    'editions.proto3': 'Editions_Proto3',
  };
  const packageName = /^protobuf_test_messages\.(.*)\.\w+$/.exec(messageType)?.[1] ?? '';
  return `${syntaxes[packageName] ?? 'Editions'}.${isJson ? 'JsonInput' : 'ProtobufInput'}`;
}

/**
 * What came of a run.
 * @param counts How many tests there were, by category
 * @param failing The names of those that failed, e.g. `Required.Proto3.JsonInput.SkipsDefaultPrimitive.Validator`
 * @param known Names of tests that may fail; `*` stands for any one part
 */
export function reportSuite(
  counts: Readonly<Record<string, number>>,
  failing: readonly string[],
  known: readonly string[],
): { text: string; ok: boolean } {
  const patterns = known.map((name) => ({ name, pattern: patternOf(name) }));
  const unknown = failing.filter((name) => !patterns.some(({ pattern }) => pattern.test(name)));
  const passing = patterns.filter(({ pattern }) => !failing.some((name) => pattern.test(name)));
  const lines = Object.entries(counts)
    .toSorted()
    .map(([category, count]) => {
      const failed = failing.filter((name) => name.split('.').slice(1, 3).join('.') === category).length;
      return `${category}: ${count - failed} of ${count} pass`;
    });
  return {
    text: [
      ...lines,
      ...unknown.map((name) => `fails: ${name}`),
      ...passing.map(({ name }) => `passes, so it is no known failure any more: ${name}`),
    ].join('\n'),
    ok: unknown.length === 0 && passing.length === 0,
  };
}

function patternOf(name: string): RegExp {
  return new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '[^.]*')}$`);
}
