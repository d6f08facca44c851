import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';

import { forwardMetadata } from '../../src/rest/forward-metadata.ts';

function requestWith(headers: readonly (readonly [string, string])[], remoteAddress = '::ffff:10.0.0.1') {
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const request = { rawHeaders: headers.flat(), headers: { host }, socket: { remoteAddress } };
  return request as unknown as IncomingMessage;
}

/** What is forwarded beyond the peer's address. */
function forwarded(...headers: (readonly [string, string])[]) {
  return forwardMetadata(requestWith(headers)).filter(([key]) => key !== 'x-forwarded-for');
}

describe('forwardMetadata()', () => {
  it('takes the prefix off and keeps the lines apart', () => {
    expect(forwarded(['Grpc-Metadata-Foo', '1'], ['grpc-METADATA-foo', '2'], ['Grpc-Metadata-C', 'a, b'])).toEqual([
      ['foo', '1'],
      ['foo', '2'],
      ['c', 'a, b'],
    ]);
  });

  it('marks the permanent headers and drops the others', () => {
    const headers = ['Accept', 'Cookie', 'X-Request-Id', 'TE', 'Traceparent', 'Range'].map(
      (name) => [name, 'v'] as const,
    );
    expect(forwarded(...headers)).toEqual([
      ['grpcgateway-accept', 'v'],
      ['grpcgateway-cookie', 'v'],
    ]);
  });

  it('decodes binary values', () => {
    expect(
      forwarded(['Grpc-Metadata-A-Bin', 'AQID'], ['Grpc-Metadata-B-bin', 'AQI'], ['Grpc-Metadata-C-Bin', '']),
    ).toEqual([
      ['a-bin', Buffer.from([1, 2, 3])],
      ['b-bin', Buffer.from([1, 2])],
      ['c-bin', Buffer.alloc(0)],
    ]);
  });

  it.each([
    ['***', 0],
    ['AQ\tID', 2],
    ['_-_-', 0],
    ['A', 0],
    ['AQIDA', 4],
    ['AQ=', 2],
    ['A===', 1],
  ])('refuses the binary value %j at byte %d', (value, at) => {
    expect(() => forwarded(['grpc-metadata-d-bin', value])).toThrow(
      `invalid binary header Grpc-Metadata-D-Bin: illegal base64 data at input byte ${at}`,
    );
  });

  it.each(['Te', 'Connection', 'Content-Length', 'Content-Type', 'Grpc-Timeout', 'Grpc-Status', 'Host', 'User-Agent'])(
    'never sends %s',
    (name) => {
      expect(forwarded([`Grpc-Metadata-${name}`, 'x'])).toEqual([]);
    },
  );

  it('drops names and values that gRPC cannot carry', () => {
    expect(
      forwarded(
        ['Grpc-Metadata-A!', 'x'],
        ['Grpc-Metadata-B', 'caf\xe9'],
        ['Cookie', '\xe9'],
        ['Grpc-Metadata-C', 'a\tb'],
      ),
    ).toEqual([]);
  });

  it('sends a header once that may come only once', () => {
    expect(forwarded(['Authorization', 'a'], ['Authorization', 'b'], ['Grpc-Metadata-Authorization', 'c'])).toEqual([
      ['authorization', 'a'],
      ['grpcgateway-authorization', 'a'],
      ['grpcgateway-authorization', 'b'],
    ]);
  });

  it('says who forwarded, ending with the peer', () => {
    const headers = [
      ['X-Forwarded-For', '1.1.1.1, 2.2.2.2'],
      ['X-Forwarded-For', '3.3.3.3'],
      ['Host', 'h:1'],
    ] as const;
    expect(forwardMetadata(requestWith(headers))).toEqual([
      ['x-forwarded-host', 'h:1'],
      ['x-forwarded-for', '1.1.1.1, 2.2.2.2, 3.3.3.3, 10.0.0.1'],
    ]);
    expect(forwardMetadata(requestWith([['X-Forwarded-For', '\xe9']], '::1'))).toEqual([['x-forwarded-for', '::1']]);
  });

  it('prefers the first host that was forwarded', () => {
    expect(
      forwarded(['Host', 'h'], ['X-Forwarded-Host', ''], ['X-Forwarded-Host', 'a'], ['X-Forwarded-Host', 'b']),
    ).toEqual([['x-forwarded-host', 'a']]);
  });
});
