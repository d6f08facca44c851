import type { IncomingMessage } from 'node:http';

import { describe, expect, it } from 'vitest';

import { peerAddressOf } from '../../src/http/client-address.ts';
import { GatewayError } from '../../src/call/gateway-error.ts';
import { compileIdentifyRequest, type Rejection } from '../../src/authentication/identify-request.ts';
import type { Credentials, Identify } from '../../src/call/identity.ts';
import { identityOf } from './identity.ts';

const expired = new GatewayError('UNAUTHENTICATED', 'too late', { origin: 'credentials', reason: 'TOKEN_EXPIRED' });

function requestWith(...lines: readonly (readonly [name: string, value: string])[]): IncomingMessage {
  const headers: Record<string, string> = {};
  for (const [name, value] of lines) headers[name.toLowerCase()] ??= value;
  return {
    url: '/graphql?query=secret',
    headers,
    rawHeaders: lines.flat(),
    socket: { remoteAddress: '::ffff:10.0.0.1' },
  } as unknown as IncomingMessage;
}

function compile(identify: Identify) {
  const rejections: Rejection[] = [];
  const onRejected = (rejection: Rejection) => void rejections.push(rejection);
  const options = { identify, surface: 'graphql', addressOf: peerAddressOf, onRejected } as const;
  return { identify: compileIdentifyRequest(options), rejections };
}

describe('compileIdentifyRequest()', () => {
  it('gives at once what is known at once, and waits for what has to be asked', async () => {
    const ann = identityOf('ann');
    const [now, later] = [compile(() => ann), compile(async () => ann)];
    expect(now.identify(requestWith(), 'r-1')).toBe(ann);
    await expect(later.identify(requestWith(), 'r-1')).resolves.toBe(ann);
    expect([...now.rejections, ...later.rejections]).toEqual([]);
  });

  it.each<[name: string, request: IncomingMessage, credentials: Credentials]>([
    [
      'a token',
      requestWith(['Authorization', 'Bearer x']),
      { authorization: 'Bearer x', isAmbiguous: false, apiKey: undefined, remoteAddress: '10.0.0.1' },
    ],
    [
      'two tokens',
      requestWith(['Authorization', 'Bearer x'], ['AUTHORIZATION', 'Bearer y']),
      { authorization: 'Bearer x', isAmbiguous: true, apiKey: undefined, remoteAddress: '10.0.0.1' },
    ],
    [
      'an API key',
      requestWith(['X-API-Key', 'cue_1']),
      { authorization: undefined, isAmbiguous: false, apiKey: 'cue_1', remoteAddress: '10.0.0.1' },
    ],
  ])('reads %s out of the headers', (_, request, credentials) => {
    const seen: Credentials[] = [];
    const { identify } = compile((found) => {
      seen.push(found);
      return identityOf('ann');
    });
    identify(request, 'r-1');
    expect(seen).toEqual([credentials]);
  });

  it('tells who was turned away and why, at once or later, and passes the error on', async () => {
    const fail = () => {
      throw expired;
    };
    const [now, later] = [compile(fail), compile(async () => fail())];
    const request = requestWith(['Authorization', 'bearer  x']);
    expect(() => now.identify(request, 'r-1')).toThrow(expired);
    await expect(later.identify(request, 'r-1')).rejects.toBe(expired);
    const rejection: Rejection = {
      requestId: 'r-1',
      surface: 'graphql',
      path: '/graphql',
      peer: '10.0.0.1',
      tokenId: '2d711642',
      reason: 'TOKEN_EXPIRED',
      status: 'UNAUTHENTICATED',
    };
    expect(now.rejections).toEqual([rejection]);
    expect(later.rejections).toEqual([rejection]);
  });

  it('names no token where there is none, an API key where there is one, and long paths in part', () => {
    const fail = compile(() => {
      throw expired;
    });
    const long = { ...requestWith(), url: `/${'x'.repeat(1_000)}` } as IncomingMessage;
    for (const request of [long, requestWith(['X-API-Key', 'x'])]) {
      expect(() => fail.identify(request, 'r-1')).toThrow(expired);
    }
    expect(fail.rejections).toMatchObject([
      { tokenId: '', path: `/${'x'.repeat(199)}` },
      { tokenId: '2d711642', path: '/graphql' },
    ]);
  });
});
