import { describe, expect, it } from 'vitest';

import { statusCode, statuses, statusOf } from '../../src/call/status.ts';

describe('the status table', () => {
  it('maps every gRPC status as grpc-gateway does', () => {
    expect(statuses.map(({ code, name, httpStatus }) => `${code} ${name} ${httpStatus}`)).toEqual([
      '0 OK 200',
      '1 CANCELLED 499',
      '2 UNKNOWN 500',
      '3 INVALID_ARGUMENT 400',
      '4 DEADLINE_EXCEEDED 504',
      '5 NOT_FOUND 404',
      '6 ALREADY_EXISTS 409',
      '7 PERMISSION_DENIED 403',
      '8 RESOURCE_EXHAUSTED 429',
      '9 FAILED_PRECONDITION 400',
      '10 ABORTED 409',
      '11 OUT_OF_RANGE 400',
      '12 UNIMPLEMENTED 501',
      '13 INTERNAL 500',
      '14 UNAVAILABLE 503',
      '15 DATA_LOSS 500',
      '16 UNAUTHENTICATED 401',
    ]);
    expect(statusCode.NOT_FOUND).toBe(5);
  });

  it('keeps the number of a status that nobody knows', () => {
    expect(statusOf(77)).toEqual({ code: 77, name: 'UNKNOWN', httpStatus: 500 });
  });
});
