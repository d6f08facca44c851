import { permissionLevels } from './permission-level.ts';
import type { RpcFacts } from './rpc-facts.ts';
import { compileRpcPattern, type RpcPattern } from './rpc-pattern.ts';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** One entry of a section: a key with its value, or an item of a list (whose key is empty). */
export interface TableEntry {
  readonly key: string;
  readonly line: number;
  /** The YAML node; only this file looks into it. */
  readonly node: unknown;
}

/** Says what is wrong with a setting's text, or undefined when nothing is. */
export type SettingCheck = (text: string) => string | undefined;

/** A YAML text as sections of entries. Reading never throws: what is wrong is gathered in `problems`. */
export interface TableDocument {
  /** What is wrong, each beginning with its line. Readers add to it. */
  readonly problems: string[];
  /** Whether a section is there, be it empty. */
  readonly has: (section: string) => boolean;
  /** The entries of a section; none when it is absent. */
  readonly entriesOf: (section: string) => readonly TableEntry[];
  /** The value of an entry as text, white space folded. */
  readonly textOf: (entry: TableEntry) => string;
  /** The value of an entry as entries of its own. */
  readonly membersOf: (entry: TableEntry) => readonly TableEntry[];
  /** The value of an entry as settings, of which only the known and well-formed ones are kept. */
  readonly settingsOf: <Name extends string>(
    entry: TableEntry,
    known: Readonly<Record<Name, SettingCheck>>,
  ) => Partial<Record<Name, string>>;
}

/** Reads the text of an RPC table; `sections` are the names that it may have. */
export function readTableDocument(text: string, sections: readonly string[]): TableDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (node: unknown) => lines.linePos((node as Node | null)?.range?.[0] ?? 0).line;
  const problems = document.errors.map(({ message }) => message.split('\n')[0] ?? message);

  const entriesIn = (node: unknown): readonly TableEntry[] => {
    if (isMap(node)) {
      return node.items.map(({ key, value }) => ({
        key: isScalar(key) ? String(key.value) : '',
        line: lineOf(key),
        node: value,
      }));
    }
    return isSeq(node) ? node.items.map((item) => ({ key: '', line: lineOf(item), node: item })) : [];
  };
  const textOf = ({ node }: TableEntry) => (isScalar(node) ? String(node.value).replace(/\s+/g, ' ').trim() : '');

  const top = entriesIn(document.contents);
  for (const { key, line } of top) {
    if (!sections.includes(key)) {
      problems.push(`line ${line}: unknown section "${key}"; there are: ${sections.join(', ')}`);
    }
  }
  return {
    problems,
    has: (section) => top.some(({ key }) => key === section),
    entriesOf: (section) => entriesIn(top.find(({ key }) => key === section)?.node),
    textOf,
    membersOf: ({ node }) => entriesIn(node),
    settingsOf: (entry, known) => {
      const names = Object.keys(known).join(', ');
      if (!isMap(entry.node)) problems.push(`line ${entry.line}: "${entry.key}" has no settings; there are: ${names}`);
      const values: Partial<Record<keyof typeof known, string>> = {};
      for (const member of isMap(entry.node) ? entriesIn(entry.node) : []) {
        const name = member.key as keyof typeof known;
        const value = textOf(member);
        const check = Object.hasOwn(known, name) ? known[name] : undefined;
        const problem = check === undefined ? `is no setting; there are: ${names}` : check(value);
        if (problem === undefined) values[name] = value;
        else
          problems.push(
            `line ${member.line}: "${member.key}" ${problem}; found "${check === undefined ? name : value}"`,
          );
      }
      return values;
    },
  };
}

/** Some RPCs, and what changes about them. */
export interface Row {
  readonly key: string;
  readonly line: number;
  readonly pattern: RpcPattern;
  readonly change: Partial<RpcFacts>;
}

/** The section `levels: { SERVICE: { LEVEL: METHODS } }` of this table, or of another document that has one. */
export function* readLevels(document: TableDocument): Iterable<Row> {
  for (const service of document.entriesOf('levels')) {
    for (const entry of document.membersOf(service)) {
      const level = permissionLevels.find((known) => known === entry.key);
      if (level !== undefined) yield* listed(document, entry, service.key, { level });
      else
        document.problems.push(
          `line ${entry.line}: "${entry.key}" is no level; there are: ${permissionLevels.join(', ')}`,
        );
    }
  }
}

/** The section `grants: { GRANT: { SERVICE: METHODS } }` of this table, or of another document that has one. */
export function* readGrants(document: TableDocument): Iterable<Row> {
  for (const grant of document.entriesOf('grants')) {
    for (const entry of document.membersOf(grant)) yield* listed(document, entry, entry.key, { grant: grant.key });
  }
}

/** The methods of a service that an entry lists, separated by spaces. */
function* listed(
  document: TableDocument,
  entry: TableEntry,
  service: string,
  change: Partial<RpcFacts>,
): Iterable<Row> {
  for (const name of document.textOf(entry).split(' ')) yield* rowOf(document, entry, `${service}/${name}`, change);
}

function* rowOf(document: TableDocument, { line }: TableEntry, key: string, change: Partial<RpcFacts>): Iterable<Row> {
  const pattern = compileRpcPattern(key);
  if (pattern !== undefined) yield { key, line, pattern, change };
  else
    document.problems.push(
      `line ${line}: "${key}" is no pattern; expected <service>/<method>, e.g. job.JobInterface/Get*`,
    );
}
