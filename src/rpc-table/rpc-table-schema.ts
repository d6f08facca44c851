import {
  array,
  check,
  description,
  entriesFromList,
  type GenericSchema,
  type InferOutput,
  integer,
  minLength,
  minValue,
  number,
  optional,
  picklist,
  pipe,
  record,
  regex,
  strictObject,
  string,
} from 'valibot';

import { type StatusName, statusCode } from '../call/status.ts';

import { permissionLevels } from './permission-level.ts';
import { rpcPattern } from './rpc-pattern.ts';

// What each part of the table is for stands in the descriptions: editors show them (schema/rpcs.schema.json).

const describe = <Schema extends GenericSchema>(what: string, schema: Schema) => pipe(schema, description(what));
/** A section that is a list. */
const rows = <Row extends GenericSchema>(what: string, row: Row) => optional(describe(what, array(row)), []);
const words = (what: string) => describe(what, pipe(string(), minLength(1, 'expected some text')));
const count = (what: string) =>
  describe(what, pipe(number(), integer('expected a whole number'), minValue(1, 'expected a number above 0')));

const anRpc = 'expected <service>/<method>, e.g. job.JobInterface/Get*';
const rpcs = describe(
  'RPCs by patterns, separated by spaces: <service>/<method>, where * stands for any letters.',
  pipe(string(), regex(new RegExp(`^${rpcPattern.source}(?:\\s+${rpcPattern.source})*$`), anRpc)),
);
const service = pipe(string(), regex(/^[\w.*]+$/, 'expected the name of a service, e.g. job.JobInterface'));
const methods = describe(
  'Methods of the service, separated by spaces; * stands for any letters.',
  pipe(string(), regex(/^[\w*]+(?:\s+[\w*]+)*$/, 'expected names of methods, separated by spaces')),
);
const field = words('The path of a field of the request, by the names of the .proto file, e.g. new_comment.user.');
const why = words('The reason, as a sentence without a full stop.');
const on = optional(
  describe('graphql: REST stays as Cuebot is, unless REST_VALIDATION is on.', picklist(['graphql', 'all'])),
  'all',
);
const status = picklist(Object.keys(statusCode) as [StatusName, ...StatusName[]]);

/** What methods of services ask of their callers: `{ SERVICE: { LEVEL: METHODS } }`. */
export const levelsSchema = record(service, strictObject(entriesFromList(permissionLevels, optional(methods))));

/** Which methods ask for a grant on top of their level: `{ GRANT: { SERVICE: METHODS } }`. */
export const grantsSchema = record(string(), record(service, methods));

const rpcSettings = strictObject({
  kind: optional(describe('Where the verb of the name would mislead.', picklist(['read', 'write']))),
  lane: optional(
    describe(
      'RPCs of one lane run one at a time per Cuebot; none: in no lane.',
      pipe(string(), regex(/^[a-z][\w.-]*$/, 'expected a word, or "none"')),
    ),
  ),
  expose: optional(
    describe('named: a list of services opens it only by name, never by a bare *.', picklist(['named', 'any'])),
  ),
  why,
});

const uniqueName = pipe(
  strictObject({
    rpcs,
    field,
    'look-up': words('The RPC that tells whether a name is taken.'),
    by: optional(words('The field of its request that takes the name; it answers OK when the name is taken.')),
    in: optional(words('The list of its answer that holds all names.')),
    spelling: optional(
      describe('How a name is spelled before it is stored.', picklist(['exact', 'lower-case-underscores'])),
      'exact',
    ),
    why,
  }),
  check(({ by, in: list }) => (by === undefined) !== (list === undefined), 'expected either "by" or "in" in it'),
);

const validations = strictObject({
  filled: rows('A string that must say something.', strictObject({ rpcs, field, on, why })),
  bounded: rows(
    'Criteria that must narrow something, or come with the argument `all: true`.',
    strictObject({
      rpcs,
      field,
      apart: optional(words('Fields that narrow nothing, separated by spaces.')),
      on,
      why,
    }),
  ),
  recent: rows(
    'A time in epoch seconds that must not be longer ago.',
    strictObject({ rpcs, field, seconds: count('How long ago it may be at most.'), why }),
  ),
  'no-nul': rows('Strings that must not hold U+0000.', strictObject({ rpcs, why })),
  unique: rows('A name that must not be there yet: it is looked up first.', uniqueName),
  'job-spec': rows(
    'A job spec that every parser reads alike, and that asks for its submitter’s rights only.',
    strictObject({
      rpcs,
      field,
      'min-uid': count('The smallest user id that a spec may ask for.'),
      grant: words('The grant that submitting for somebody else takes.'),
      why,
    }),
  ),
});

/** The form of `schema/rpcs.yaml`. */
export const rpcTableSchema = strictObject({
  rpcs: optional(
    describe(
      'From top to bottom: a later row wins over an earlier one, setting by setting. A key is a pattern.',
      record(pipe(string(), regex(new RegExp(`^${rpcPattern.source}$`), anRpc)), rpcSettings),
    ),
    {},
  ),
  queued: optional(
    describe('Where OK means accepted, not done: the work can fail later, unreported.', record(service, methods)),
    {},
  ),
  levels: optional(describe('What each RPC asks of its caller.', levelsSchema), {}),
  grants: optional(describe('What asks for an explicit grant on top of its level.', grantsSchema), {}),
  errors: rows(
    'How Cuebot dresses errors, and what they mean. GraphQL undresses them; REST passes them on as they are.',
    strictObject({ status, startsWith: words('How the text of the error begins.'), means: status, why }),
  ),
  validations: optional(
    describe('What requests must be, else they are refused before they are sent.', validations),
    {},
  ),
  'identity-fields': rows(
    'Fields that say who calls. They are filled in from the caller’s identity, whatever the request says.',
    strictObject({ rpcs, field, why }),
  ),
  'idempotency-keys': rows('RPCs that take an idempotency key.', strictObject({ rpcs, why })),
  long: rows('RPCs whose callers may ask for more time than GRPC_TIMEOUT.', strictObject({ rpcs, why })),
  affinity: rows(
    'RPCs that depend on the memory of one process, where there are several Cuebots. An earlier row wins.',
    strictObject({
      rpcs,
      by: optional(
        words(
          'The string of the request by which calls belong together, e.g. job.id. Not given: all calls of these RPCs do.',
        ),
      ),
      why,
    }),
  ),
  'several-cuebots': optional(
    describe(
      'How several Cuebots are watched.',
      strictObject({
        probe: optional(
          describe(
            'What is asked of a Cuebot to see whether it answers.',
            strictObject({ rpc: words('The RPC; its request stays empty.'), why }),
          ),
        ),
        database: optional(
          describe(
            'What shows which database a Cuebot works on.',
            strictObject({
              rpc: words('A read whose answer all Cuebots of one database give; its request stays empty.'),
              list: words('Where the things are in its answer: names of fields, with full stops in between.'),
              key: words('The field of a thing that names it.'),
              why,
            }),
          ),
        ),
        named: optional(
          describe(
            'RPCs whose answers are about one process: metadata of the answer says which.',
            strictObject({ rpcs, why }),
          ),
        ),
      }),
    ),
    {},
  ),
  releases: rows(
    'By which RPCs a release of OpenCue is known, the newest first.',
    strictObject({
      since: words('The release that brought the RPC, e.g. 1.37.'),
      rpc: words('A read without a lane; its request stays empty.'),
      why,
    }),
  ),
  keys: optional(
    describe(
      'By message: the one field of an entity in requests that Cuebot reads. GraphQL’s arguments hold nothing else.',
      record(
        string(),
        strictObject({
          key: words('The field of the entity.'),
          rpcs: optional(rpcs),
        }),
      ),
    ),
    {},
  ),
  refetch: optional(
    describe(
      'By message: how a thing is fetched again after a write whose request names it.',
      record(
        string(),
        strictObject({
          read: words('The RPC that reads the thing.'),
          key: words('The field of the thing that names it.'),
          by: optional(
            words(
              'The field of the RPC’s request that takes the key; without it the RPC answers with a list of all things.',
            ),
          ),
        }),
      ),
    ),
    {},
  ),
});

/** The table as it is written, checked for its form alone. */
export type RpcTableDocument = InferOutput<typeof rpcTableSchema>;
