import { afterAll, describe, expect, it } from 'vitest';

import { linkRegistry } from '../../src/registry/linking/link-registry.ts';
import { parseProtoFile } from '../../src/registry/parsing/parse-proto-file.ts';
import { replyWith, startRest } from './rest-server.ts';

const { file } = parseProtoFile(
  `package ns;
   message M { optional string a = 1; required int32 b = 2; optional M d = 3; optional E e = 4; repeated int32 p = 5; }
   enum E { X = 1; }
   service S { rpc GetM(M) returns (M); rpc GetNothing(M) returns (M); }`,
  'ns.proto',
);
const registry = linkRegistry([file]);
const rest = await startRest({
  registry,
  services: registry.services,
  invoke: async ({ method, request }) => replyWith(method.name === 'GetM' ? request : Buffer.alloc(0)),
});
afterAll(() => rest.close());

async function post(method: string, body: string) {
  const response = await fetch(`http://127.0.0.1:${rest.port}/ns.S/${method}`, { method: 'POST', body });
  return [response.status, await response.text()];
}

describe('messages of proto2', () => {
  it('show what is not set as null', async () => {
    expect(await post('GetM', '{"b":1}')).toEqual([200, '{"a":null,"b":1,"d":null,"e":null,"p":[]}']);
  });

  it('are refused without a required field, and nothing is called', async () => {
    const before = rest.calls.length;
    expect(await post('GetM', '{}')).toEqual([
      400,
      '{"code":3,"message":"proto: required field ns.M.b not set","details":[]}',
    ]);
    expect(rest.calls.length).toBe(before);
  });

  it('are no replies without a required field', async () => {
    expect(await post('GetNothing', '{"b":1}')).toEqual([
      500,
      '{"code":13,"message":"grpc: failed to unmarshal the received message: proto: required field ns.M.b not set","details":[]}',
    ]);
  });
});
