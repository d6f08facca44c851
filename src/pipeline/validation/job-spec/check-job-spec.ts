import type { Call } from '../../../call/call.ts';
import type { Identity } from '../../../call/identity.ts';

import { workInTurns } from '../../work-in-turns.ts';
import type { CheckLongRequest } from '../check-request.ts';
import { textAt } from '../../../rpc-table/field-path.ts';
import type { Validation } from '../../../rpc-table/validation.ts';
import { refusal } from '../refusal.ts';
import { type JobSpecRights, readJobSpec } from './read-job-spec.ts';
import { XmlProblem } from './scan-xml.ts';

/** What checking job specs needs. */
export interface JobSpecOptions {
  /** The longest spec that is passed on, in bytes of UTF-8 (MAX_SPEC_MB). */
  readonly maxSpecBytes: number;
  /** Whether somebody has a grant. */
  readonly hasGrant: (identity: Identity, grant: string) => boolean;
  /** The number by which hosts know somebody; undefined as a whole: nobody says (UID_CLAIM). */
  readonly uidOf?: ((identity: Identity) => number | undefined) | undefined;
}

type JobSpecValidation = Extract<Validation, { kind: 'job-spec' }>;

/**
 * Refuses a job spec that is too long, that makes Cuebot's XML parser fetch things or could be read in two ways, or that asks
 * for rights which the caller does not have: Cuebot runs its commands as the user whom it names, and asks nobody.
 */
export function compileJobSpecCheck(validation: JobSpecValidation, options: JobSpecOptions): CheckLongRequest {
  const { maxSpecBytes, hasGrant, uidOf } = options;
  return async (value, call) => {
    const spec = textAt(value, validation.field);
    // Cuebot has its own words for none.
    if (spec === '') return;
    const size = Buffer.byteLength(spec);
    if (size > maxSpecBytes) {
      const message = `the job spec has ${size} bytes; at most ${maxSpecBytes} are accepted (MAX_SPEC_MB)`;
      throw refusal('RESOURCE_EXHAUSTED', 'SPEC_TOO_LARGE', message);
    }
    const rights = await workInTurns(read(spec), size);
    assertUid(rights, validation);
    assertUser(rights, validation, call, hasGrant);
    if (uidOf !== undefined && !hasGrant(call.identity, validation.grant)) {
      assertOwnUid(rights, uidOf(call.identity), validation);
    }
  };
}

function* read(spec: string): Generator<void, JobSpecRights, void> {
  try {
    return yield* readJobSpec(spec);
  } catch (error) {
    if (!(error instanceof XmlProblem)) throw error;
    const line = yield* lineOf(spec, error.at);
    const reason = error.kind === 'forbidden' ? 'SPEC_FORBIDDEN_XML' : 'SPEC_MALFORMED';
    throw refusal('INVALID_ARGUMENT', reason, `the job spec, line ${line}: ${error.message}`);
  }
}

/** How many line breaks are counted in one go: well under a millisecond's worth. */
const linesPerStep = 2_048;

function* lineOf(text: string, at: number): Generator<void, number, void> {
  let line = 1;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) {
    line += 1;
    if (line % linesPerStep === 0) yield;
  }
  return line;
}

const maxUid = 2 ** 31 - 1;

function assertUid({ uid }: JobSpecRights, { minUid }: JobSpecValidation): void {
  if (uid === undefined) return;
  if (/^\d{1,10}$/.test(uid) && Number(uid) >= minUid && Number(uid) <= maxUid) return;
  const found = `the job spec asks for uid "${uid.slice(0, 40)}"; expected a number of at least ${minUid}`;
  const advice = 'ids below belong to system accounts. Put the id of its user into <uid>, or leave that out.';
  throw refusal('PERMISSION_DENIED', 'SPEC_UID', `${found}: ${advice}`);
}

function assertUser(
  { user = '' }: JobSpecRights,
  { grant }: JobSpecValidation,
  { identity, notes }: Call,
  hasGrant: JobSpecOptions['hasGrant'],
): void {
  if (identity.isNamed && user === identity.subject) return;
  if (hasGrant(identity, grant)) {
    if (notes !== undefined && user !== '' && identity.method !== 'none') notes.onBehalfOf = user;
    return;
  }
  const found = user === '' ? 'names no user' : `is for the user "${user.slice(0, 200)}"`;
  const advice = `Put your own name into <user>; to submit for others takes the grant ${grant}.`;
  throw refusal(
    'PERMISSION_DENIED',
    'SPEC_USER',
    `the job spec ${found}, and ${identity.isNamed ? `you are "${identity.subject}"` : 'your token names nobody'}. ${advice}`,
  );
}

/** Where files are protected by user ids, whoever runs under somebody's id has their rights, whatever the name. */
function assertOwnUid({ uid }: JobSpecRights, own: number | undefined, { grant }: JobSpecValidation): void {
  if (uid === undefined || Number(uid) === own) return;
  const yours = own === undefined ? 'your token does not say which is yours' : `yours is ${own}`;
  const advice = `Put your own into <uid>, or leave that out; to submit for others takes the grant ${grant}.`;
  throw refusal('PERMISSION_DENIED', 'SPEC_UID', `the job spec asks for uid "${uid}", and ${yours}. ${advice}`);
}
