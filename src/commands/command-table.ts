/** What may follow a command beside settings, and what it is for. Texts are for people, without a stop at the end. */
export interface CommandSyntax {
  /** What it does. */
  readonly summary: string;
  /** The words that follow it, e.g. `explain RPC…`; not given: none may. */
  readonly words?: string;
  /** Options that have a value and are no settings, by name, e.g. `--token`, each with what it is. */
  readonly valued: Readonly<Record<string, string>>;
  /** Options without a value. */
  readonly switches: Readonly<Record<string, string>>;
  /** How it ends, where that says something. */
  readonly status?: string;
  /** Whether no setting is looked at. */
  readonly hasNoSettings?: true;
  readonly example?: string;
}

/** The one table of commands: the command line is held to it, and `cuegate help` prints it. */
export const commandTable = {
  serve: {
    summary: 'serve against the Cuebot at CUEBOT_ENDPOINT',
    valued: {},
    switches: {
      '--check-config': 'read the settings and the files that they name, say what is wrong, and end',
      '--print-config': 'print the settings that count and where each comes from, secrets masked, and end',
      '--example-config': 'print a file for --config to begin with, and end',
    },
  },
  demo: {
    summary: 'start a demo Cuebot on this machine, and serve in front of it',
    valued: {
      '--port': 'where the demo Cuebot listens, with --cuebot-only',
      '--seed': 'a number: the same farm again',
      '--size': 'small or large (60 shows, 2,000 jobs, 400,000 frames)',
      '--speed': 'how many times as fast as the clock the farm works',
      '--defects': 'defects of a real Cuebot, with commas: none, usual, lanes, …',
    },
    switches: { '--cuebot-only': 'the demo Cuebot alone, for other clients', '--still': 'nothing happens by itself' },
    example: 'cuegate demo --size large --speed 10 --seed 7',
  },
  agent: {
    summary: 'let pycue and CueGUI on this machine use a cuegate elsewhere, as whoever logs in',
    valued: {
      '--gateway': 'where cuegate is, e.g. https://cuegate.studio.example',
      '--issuer': 'where people log in; the gateway tells it where not given',
      '--client-id': 'the public client that the issuer knows this program by',
      '--scopes': 'what to ask for',
      '--resource': 'whom the token is for, where the issuer wants to know',
      '--socket': 'the path of the Unix socket',
      '--port': 'a TCP port on loopback in its place, which every user of this machine could use',
    },
    switches: {},
    hasNoSettings: true,
    example: 'cuegate agent --gateway https://cuegate.studio.example --client-id cuegate-agent',
  },
  operations: {
    summary: 'print every RPC with its REST path, GraphQL field, kind, level and lane',
    valued: {},
    switches: { '--json': 'for programs', '--pipeline': 'with the interceptors that its calls pass' },
  },
  token: {
    summary: 'print a token signed with JWT_SECRET, for trying things out',
    valued: { '--subject': 'whose it is', '--scopes': 'what it may, e.g. "cue:read cue:operate"' },
    switches: {},
    example: 'cuegate token --subject ann --scopes "cue:read cue:operate"',
  },
  'api-key': {
    summary: 'make an API key, and its entry for API_KEYS_FILE',
    valued: { '--subject': 'whose it is', '--scopes': 'what it may, e.g. "cue:read"' },
    switches: {},
    example: 'cuegate api-key --subject nightly --scopes "cue:read"',
  },
  policy: {
    summary: 'say whether a token may call RPCs, and why',
    words: 'explain RPC…',
    valued: { '--token': 'whose rights' },
    switches: {},
    status: '1 when a call would be refused',
    example: 'cuegate policy explain --token … job.JobInterface/Kill',
  },
  audit: {
    summary: 'check audit files for changed or missing lines',
    words: 'verify FILE…',
    valued: {
      '--from': 'the number of the first record, when older ones are elsewhere',
      '--key-file': 'the file of AUDIT_KEY_FILE, where that is set',
      '--anchor': 'LOGFILE or NUMBER:HASH, to compare with what the log kept',
    },
    switches: {},
    status: '1 when a record is changed or missing',
    example: 'cuegate audit verify --from 4711 audit.log',
  },
  doctor: {
    summary:
      'look at everything that serve would lean on, and say what is wrong: Cuebot, issuers, clock, secret, audit, rights',
    valued: { '--token': 'a token, to be told whose it is or why it is refused' },
    switches: { '--json': 'for programs' },
    status: '1 when something is wrong, 2 when something is to be thought about',
  },
  ready: {
    summary: 'ask the gateway on this machine whether it takes traffic',
    valued: {},
    switches: {},
    status: '0 when it does',
  },
  help: {
    summary: 'print this; cuegate COMMAND --help tells of one command',
    valued: {},
    switches: {},
    hasNoSettings: true,
  },
} as const satisfies Readonly<Record<string, CommandSyntax>>;

/** The first word after `cuegate`. */
export type CommandName = keyof typeof commandTable;

/** The table, with what is optional in it. */
export const commands: Readonly<Record<CommandName, CommandSyntax>> = commandTable;

/** In the order of the table. */
export const commandNames = Object.keys(commands) as readonly CommandName[];

/** The options of a command that are no settings. */
export function optionsOf(name: CommandName): readonly string[] {
  return [...Object.keys(commands[name].valued), ...Object.keys(commands[name].switches)];
}
