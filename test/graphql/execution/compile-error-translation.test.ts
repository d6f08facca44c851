import { describe, expect, it } from 'vitest';

import { compileErrorTranslation, translateError } from '../../../src/graphql/execution/compile-error-translation.ts';
import { GatewayError, type GatewayErrorOptions } from '../../../src/call/gateway-error.ts';
import type { StatusName } from '../../../src/call/status.ts';

import { bookshop, bookshopTable } from '../bookshop/bookshop.ts';
import { registry, table } from '../links/linked-farm.ts';

const method = bookshop.methods.get('bookshop.catalog.BookInterface/GetBook')!;
const translate = compileErrorTranslation(method, bookshopTable);
const upstream = { origin: 'upstream' } as const;

describe('compileErrorTranslation()', () => {
  const rows: readonly [StatusName, string, GatewayErrorOptions, message: string, code: string, grpc: string][] = [
    ['NOT_FOUND', 'Job not found', upstream, 'Job not found', 'NOT_FOUND', '5 NOT_FOUND'],
    ['INVALID_ARGUMENT', 'must be seconds', upstream, 'must be seconds', 'BAD_USER_INPUT', '3 INVALID_ARGUMENT'],
    ['FAILED_PRECONDITION', 'readonly', upstream, 'readonly', 'FAILED_PRECONDITION', '9 FAILED_PRECONDITION'],
    ['PERMISSION_DENIED', 'not yours', {}, 'not yours', 'FORBIDDEN', '7 PERMISSION_DENIED'],
    ['UNAUTHENTICATED', 'no token', { origin: 'credentials' }, 'no token', 'UNAUTHENTICATED', '16 UNAUTHENTICATED'],
    [
      'UNIMPLEMENTED',
      'Method x is unimplemented',
      upstream,
      'Method x is unimplemented',
      'UNIMPLEMENTED',
      '12 UNIMPLEMENTED',
    ],
    ['CANCELLED', 'the caller left', {}, 'the caller left', 'CANCELLED', '1 CANCELLED'],
    // What broke is told to the log only.
    [
      'INTERNAL',
      'java.lang.NullPointerException\nnull',
      upstream,
      'Cuebot failed to carry out bookshop.catalog.BookInterface/GetBook; the log tells more under request id r-1.',
      'INTERNAL',
      '13 INTERNAL',
    ],
    [
      'UNKNOWN',
      'SQL [INSERT INTO book]',
      upstream,
      'Cuebot failed to carry out bookshop.catalog.BookInterface/GetBook; the log tells more under request id r-1.',
      'UNKNOWN',
      '2 UNKNOWN',
    ],
    [
      'UNAVAILABLE',
      'No connection established. Last error: connect ECONNREFUSED 10.0.0.7:8443',
      upstream,
      'Cuebot could not be reached for bookshop.catalog.BookInterface/GetBook; the log tells more under request id r-1.',
      'UNAVAILABLE',
      '14 UNAVAILABLE',
    ],
    [
      'DEADLINE_EXCEEDED',
      'Deadline exceeded after 30s, remote_addr=10.0.0.7:8443',
      upstream,
      'Cuebot did not answer in time to bookshop.catalog.BookInterface/GetBook; the log tells more under request id r-1.',
      'DEADLINE_EXCEEDED',
      '4 DEADLINE_EXCEEDED',
    ],
    // The gateway's own words are meant for callers.
    ['UNAVAILABLE', 'the lane is full', { reason: 'LANE_FULL' }, 'the lane is full', 'UNAVAILABLE', '14 UNAVAILABLE'],
    // Errors in disguise, as the table knows them.
    [
      'INTERNAL',
      'shop.NothingThereException: expected 1, actual 0',
      upstream,
      'No book matches the arguments of bookshop.catalog.BookInterface/GetBook.',
      'NOT_FOUND',
      '5 NOT_FOUND',
    ],
    [
      'UNKNOWN',
      'shop.NothingThereException: of another status',
      upstream,
      'Cuebot failed to carry out bookshop.catalog.BookInterface/GetBook; the log tells more under request id r-1.',
      'UNKNOWN',
      '2 UNKNOWN',
    ],
    [
      'UNKNOWN',
      'shop.TooEarlyException: at shop.Door(Door.java:7)',
      upstream,
      'Cuebot failed to carry out bookshop.catalog.BookInterface/GetBook; the log tells more under request id r-1.',
      'FAILED_PRECONDITION',
      '9 FAILED_PRECONDITION',
    ],
  ];

  it.each(rows)('%s "%s"', (status, text, options, message, code, grpc) => {
    const error = translate(new GatewayError(status, text, options), 'r-1');
    const [number, name] = grpc.split(' ');
    expect([error.message, error.extensions]).toEqual([
      message,
      { code, grpc: { code: Number(number), status: name }, requestId: 'r-1' },
    ]);
  });

  it('keeps the number of a status that the table does not know', () => {
    const error = translate(new GatewayError(77, 'odd', upstream), 'r-1');
    expect(error.extensions).toEqual({ code: 'UNKNOWN', grpc: { code: 77, status: 'UNKNOWN' }, requestId: 'r-1' });
  });

  it('says when to try again', () => {
    const error = translate(new GatewayError('RESOURCE_EXHAUSTED', 'too many', { retryAfterSeconds: 3 }), 'r-1');
    expect(error.extensions).toMatchObject({ code: 'RESOURCE_EXHAUSTED', retryAfterSeconds: 3 });
  });
});

describe('what a real Cuebot says to its caller', () => {
  const launch = registry.methods.get('job.JobInterface/LaunchSpec')!;
  const say = compileErrorTranslation(launch, table);
  const hidden = 'Cuebot failed to carry out job.JobInterface/LaunchSpec; the log tells more under request id r-1.';

  it.each([
    [
      'com.imageworks.spcue.SpcueRuntimeException: Invalid actionId on Action commit: 7\nInvalid actionId on Action commit: 7',
      'FAILED_PRECONDITION',
      'Invalid actionId on Action commit: 7',
    ],
    [
      'com.imageworks.spcue.CueGrpcException: Subscription names must be in the form of alloc.show\nSubscription names',
      'BAD_USER_INPUT',
      'Subscription names must be in the form of alloc.show',
    ],
    [
      'com.imageworks.spcue.dispatcher.ResourceReservationFailureException: host is busy\nhost is busy',
      'FAILED_PRECONDITION',
      'host is busy',
    ],
    [
      'java.lang.IllegalArgumentException: unrecognized frame range syntax abc\nunrecognized',
      'BAD_USER_INPUT',
      'unrecognized frame range syntax abc',
    ],
    [
      'java.lang.RuntimeException: You must specify the number of procs to unbook within the ProcSearchCriteria.\nYou must',
      'BAD_USER_INPUT',
      'You must specify the number of procs to unbook within the ProcSearchCriteria.',
    ],
    [
      'Failed to launch and add job: Failed to parse job spec XML, org.jdom.input.JDOMParseException: Error on line 1: x',
      'BAD_USER_INPUT',
      'Failed to launch and add job: Failed to parse job spec XML, Error on line 1: x',
    ],
    [
      'Failed to add job to launch queue: The show nope does not exist.',
      'BAD_USER_INPUT',
      'Failed to add job to launch queue: The show nope does not exist.',
    ],
    ['com.imageworks.spcue.SpcueRuntimeException: failed; SQL [INSERT INTO job]', 'FAILED_PRECONDITION', hidden],
    ['com.imageworks.spcue.SpcueRuntimeException: cannot reach 10.0.0.7:8444', 'FAILED_PRECONDITION', hidden],
    ['com.imageworks.spcue.SpcueRuntimeException: null', 'FAILED_PRECONDITION', hidden],
    ['java.lang.RuntimeException: of another kind', 'INTERNAL', hidden],
    ['java.lang.NullPointerException\nnull', 'INTERNAL', hidden],
    ['org.springframework.dao.DataIntegrityViolationException: PreparedStatementCallback; SQL [X]', 'INTERNAL', hidden],
  ])('is shown unless it gives something away: %s', (text, code, message) => {
    const error = say(new GatewayError('INTERNAL', text, upstream), 'r-1');
    expect([error.extensions['code'], error.message]).toEqual([code, message]);
  });
});

describe('translateError()', () => {
  it('says nothing about what was not expected', () => {
    const error = translateError(new TypeError('secret'), 'r-1');
    expect([error.message, error.extensions]).toEqual([
      'internal error',
      { code: 'INTERNAL', grpc: { code: 13, status: 'INTERNAL' }, requestId: 'r-1' },
    ]);
  });
});
