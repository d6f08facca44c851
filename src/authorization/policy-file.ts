import {
  check,
  description,
  type InferOutput,
  nullish,
  optional,
  picklist,
  pipe,
  record,
  regex,
  strictObject,
  string,
} from 'valibot';

import {
  type DocumentPath,
  formatPath,
  type Mistake,
  readDocument,
  type SourceText,
} from '../documents/read-document.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import { UserError } from '../errors/user-error.ts';
import { type PermissionLevel, permissionLevels } from '../rpc-table/permission-level.ts';
import { grantChanges, levelChanges, type RpcChange } from '../rpc-table/rpc-changes.ts';
import { compileRpcPattern } from '../rpc-table/rpc-pattern.ts';
import { grantsSchema, levelsSchema } from '../rpc-table/rpc-table-schema.ts';

import { certificatesSchema, networksSchema, type PeerEntries } from './peers.ts';

/** A policy file that cannot be meant, whatever it says. */
export class PolicyError extends UserError {
  override readonly name = 'PolicyError';
}

/** The levels that somebody can have; nobody has `never`. */
const assignableLevels = permissionLevels.filter((level) => level !== 'never');
const knownRights = [...assignableLevels, 'grant:NAME', 'show:NAME'];

const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');
const isRight = (word: string) => assignableLevels.some((level) => level === word) || /^(?:grant|show):\S+$/.test(word);

const said = pipe(
  string(),
  check((text) => text.trim() !== '', 'must say something'),
);

const rights = pipe(
  string(),
  regex(/^\s*(?:(?:read|operate|wrangle|submit|admin|(?:grant|show):\S+)(?:\s+|$))+$/, ({ input }) => {
    const wrong = wordsOf(input).find((word) => !isRight(word)) ?? '';
    return `"${wrong}" is no right${didYouMean(wrong, assignableLevels) || `; there are: ${knownRights.join(', ')}`}`;
  }),
  description(
    'Levels, grants and shows, separated by spaces: read, operate, wrangle, submit, admin, grant:NAME, show:NAME.',
  ),
);

const holderName = pipe(string(), regex(/^[^*]*\*?$/, 'a "*" may stand at its end only'));

/** `scope-token` of RFC 6749, 3.3 (https://www.rfc-editor.org/rfc/rfc6749#section-3.3): it also stands in headers. */
const scopeName = pipe(
  string(),
  regex(
    /^(?=.)[\x21\x23-\x29\x2b-\x5b\x5d-\x7e]*\*?$/,
    'a scope has no spaces, quotes or backslashes, and a "*" at its end only',
  ),
);

const isPattern = (text: string) => compileRpcPattern(text) !== undefined;
const noPattern = 'is no pattern; expected <service>/<method>, e.g. job.JobInterface/Kill*';
const patterns = pipe(
  said,
  check(
    (text) => wordsOf(text).every(isPattern),
    ({ input }) => `"${wordsOf(input).find((word) => !isPattern(word))}" ${noPattern}`,
  ),
  description('Patterns over RPCs, separated by spaces, e.g. job.JobInterface/Kill*.'),
);

const rule = strictObject({
  rpcs: optional(patterns),
  level: optional(pipe(picklist(assignableLevels), description('Of these RPCs, those that ask for this level.'))),
  only: pipe(
    picklist(['owner', 'shows']),
    description('owner: the job’s user must be the caller. shows: the job’s show must be one of the caller’s.'),
  ),
  unless: optional(pipe(picklist(assignableLevels), description('Whoever has this level is not bound.'))),
  why: pipe(said, description('Why the rule is there.')),
});

const resource = strictObject({
  read: pipe(said, description('The RPC that reads such a thing by "id".')),
  owner: optional(pipe(said, description('Where its owner stands in the answer.'))),
  show: optional(pipe(said, description('Where its show stands in the answer.'))),
  through: optional(pipe(said, description('Another type, whose owner and show count.'))),
  at: optional(pipe(said, description('Where the id of that other thing stands in the answer.'))),
});

/** The form of a policy file; `schema/policy.yaml` explains it. A section that is there and empty is empty. */
export const policySchema = strictObject({
  scopes: nullish(pipe(record(scopeName, rights), description('What the scopes of tokens are worth.'))),
  roles: nullish(pipe(record(holderName, rights), description('What the roles of tokens are worth.'))),
  groups: nullish(pipe(record(holderName, rights), description('What the groups of tokens are worth.'))),
  networks: nullish(
    pipe(networksSchema, description('Who calls GRPC_PORT without a token, by the address that they call from.')),
  ),
  certificates: nullish(
    pipe(
      certificatesSchema,
      description('Who calls GRPC_PORT without a token, by the client certificate that they show.'),
    ),
  ),
  rules: nullish(pipe(record(string(), rule), description('What narrows levels, by what a call acts on.'))),
  resources: nullish(pipe(record(string(), resource), description('How to tell whose a thing is, by message type.'))),
  levels: nullish(pipe(levelsSchema, description('The levels that RPCs ask for, other than by schema/rpcs.yaml.'))),
  grants: nullish(pipe(grantsSchema, description('The grants that RPCs ask for, other than by schema/rpcs.yaml.'))),
});

/** What can be worth rights. */
export type HolderKind = 'scope' | 'role' | 'group';

/** What the file says about one scope, role or group. */
export interface RightsEntry {
  readonly kind: HolderKind;
  /** As it stands in the file; may end with `*`. */
  readonly name: string;
  readonly levels: readonly PermissionLevel[];
  /** Names; `*` for all, or for what the name's own star matched. */
  readonly grants: readonly string[];
  readonly shows: readonly string[];
  readonly path: DocumentPath;
}

/** What the file says about one rule. */
export interface RuleEntry {
  readonly name: string;
  /** Patterns over RPCs; none: all RPCs. */
  readonly rpcs: readonly string[];
  /** Undefined: whatever the level. */
  readonly level: PermissionLevel | undefined;
  readonly only: 'owner' | 'shows';
  readonly unless: PermissionLevel | undefined;
  readonly path: DocumentPath;
}

/** What the file says about one message type. */
export interface ResourceEntry {
  /** The message's full name. */
  readonly type: string;
  /** The RPC that reads it by `id`. */
  readonly read: string;
  /** Paths into the RPC's answer, or a type and the path to its id. */
  readonly where: { readonly owner: string; readonly show: string } | { readonly through: string; readonly at: string };
  readonly path: DocumentPath;
}

/** A policy file, read but not yet held against the RPCs. */
export interface PolicyFile {
  readonly rights: readonly RightsEntry[];
  readonly rules: readonly RuleEntry[];
  readonly resources: readonly ResourceEntry[];
  /** What some RPCs ask for, where it is something else than the RPC table says. */
  readonly changes: readonly RpcChange[];
  readonly peers: PeerEntries;
  /** Whether a section is there, be it empty. */
  readonly has: (section: keyof InferOutput<typeof policySchema>) => boolean;
  /** Throws a DocumentError that names mistakes by their lines, when there are any. */
  readonly throwIfWrong: (mistakes: readonly Mistake[]) => void;
}

/**
 * Reads a policy file. Throws a DocumentError that names all mistakes of its form, and a PolicyError for a file that says
 * nothing: a site that names a file has rules, and must not lose them by a write that failed.
 */
export function readPolicyFile(source: SourceText): PolicyFile {
  if (source.text.includes('\0')) {
    throw new PolicyError(
      `${source.fileName} holds NUL characters, as a file does whose disk or machine failed while it was written; write it anew`,
    );
  }
  const { value, throwIfWrong } = readDocument(source, policySchema);
  if (Object.keys(value).length === 0) {
    throw new PolicyError(
      `${source.fileName} is empty, so the site's rules would be gone; to have cuegate's own policy, name no file`,
    );
  }
  const { rules, resources } = value;
  throwIfWrong([
    ...Object.entries(rules ?? {}).flatMap(([name, { rpcs, level }]) =>
      rpcs === undefined && level === undefined
        ? [mistakeAt(['rules', name], 'does not say which RPCs it is about; add "rpcs" or "level"')]
        : [],
    ),
    ...Object.entries(resources ?? {}).flatMap(([type, entry]) =>
      whereOf(entry) === undefined
        ? [mistakeAt(['resources', type], 'needs "owner" and "show", or "through" and "at", beside "read"')]
        : [],
    ),
  ]);
  return {
    rights: [
      ...readRights('scope', value.scopes),
      ...readRights('role', value.roles),
      ...readRights('group', value.groups),
    ],
    rules: Object.entries(rules ?? {}).map(([name, { rpcs = '', level, only, unless }]) => ({
      name,
      rpcs: wordsOf(rpcs),
      level,
      only,
      unless,
      path: ['rules', name],
    })),
    resources: Object.entries(resources ?? {}).map(([type, entry]) => ({
      type,
      read: entry.read,
      where: whereOf(entry)!,
      path: ['resources', type],
    })),
    changes: [...levelChanges(value.levels ?? {}), ...grantChanges(value.grants ?? {})],
    peers: { networks: value.networks ?? [], certificates: value.certificates ?? [] },
    has: (section) => Object.hasOwn(value, section),
    throwIfWrong,
  };
}

/** A mistake that begins with where it is. */
export function mistakeAt(path: DocumentPath, text: string): Mistake {
  return { path, text: `${formatPath(path)}: ${text}` };
}

function readRights(
  kind: HolderKind,
  section: Readonly<Record<string, string>> | null | undefined,
): readonly RightsEntry[] {
  return Object.entries(section ?? {}).map(([name, text]) => {
    const words = wordsOf(text);
    const named = (noun: 'grant' | 'show') =>
      words.filter((word) => word.startsWith(`${noun}:`)).map((word) => word.slice(noun.length + 1));
    const levels = assignableLevels.filter((level) => words.includes(level));
    return { kind, name, levels, grants: named('grant'), shows: named('show'), path: [`${kind}s`, name] };
  });
}

function whereOf({ owner, show, through, at }: InferOutput<typeof resource>): ResourceEntry['where'] | undefined {
  const isOwned = owner !== undefined && show !== undefined;
  const isThrough = through !== undefined && at !== undefined;
  if (isOwned && through === undefined && at === undefined) return { owner, show };
  return isThrough && owner === undefined && show === undefined ? { through, at } : undefined;
}
