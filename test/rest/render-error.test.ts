import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';

import { compileErrorRenderer, type Progress } from '../../src/rest/render-error.ts';
import { GatewayError, type GatewayErrorOptions } from '../../src/call/gateway-error.ts';
import { statuses } from '../../src/call/status.ts';
import { registry } from './rest-server.ts';

const render = compileErrorRenderer(registry, 'compact');

function rendered(code: number, message: string, options: GatewayErrorOptions = {}, progress: Progress = 'rpc') {
  const { status, fields, body, trailers } = render(new GatewayError(code, message, options), progress);
  return { status, fields: fields.split('\r\n').slice(0, -1), body: Buffer.from(body).toString(), trailers };
}

const unrenderable = '{"code": 13, "message": "failed to marshal error message"}';

/** An encoded google.rpc.Status. */
function statusOf(code: number, message: string, ...details: readonly (readonly [type: string, value: Uint8Array])[]) {
  const writer = protobuf.Writer.create().uint32(8).int32(code).uint32(18).string(message);
  for (const [type, value] of details) {
    writer.uint32(26).fork().uint32(10).string(`type.googleapis.com/${type}`).uint32(18).bytes(value).ldelim();
  }
  return writer.finish();
}

describe('compileErrorRenderer()', () => {
  it('gives every code its status', () => {
    const lines = statuses.slice(1).map(({ code }) => `${code} ${rendered(code, '').status}`);
    expect(lines).toEqual([
      '1 499',
      '2 500',
      '3 400',
      '4 504',
      '5 404',
      '6 409',
      '7 403',
      '8 429',
      '9 400',
      '10 409',
      '11 400',
      '12 501',
      '13 500',
      '14 503',
      '15 500',
      '16 401',
    ]);
    expect(rendered(100, 'm')).toMatchObject({
      status: 500,
      body: '{"code":100,"message":"m","details":[]}',
    });
  });

  it('challenges the unauthenticated with the message, on one line', () => {
    expect(rendered(16, ' a\r\nX: b é ').fields).toEqual([
      'Content-Type: application/json',
      'Www-Authenticate: a  X: b \xc3\xa9',
    ]);
  });

  it('shows metadata only from the RPC on', () => {
    const options = { header: [['x', '1']], trailer: [['y', '2']] } as const;
    expect(rendered(5, '', options, 'before-rpc')).toMatchObject({ fields: ['Content-Type: application/json'] });
    expect(rendered(5, '', options, 'rpc')).toMatchObject({
      fields: ['Content-Type: application/json', 'Grpc-Metadata-X: 1'],
      trailers: undefined,
    });
    expect(rendered(5, '', options, 'rpc-with-trailers')).toMatchObject({
      fields: ['Content-Type: application/json', 'Grpc-Metadata-X: 1', 'Trailer: Grpc-Trailer-Y'],
      trailers: 'Grpc-Trailer-Y: 2\r\n',
    });
  });

  it('lets nobody write fields of their own into metadata', () => {
    const header = [
      ['a', 'x\r\nSet-Cookie: evil'],
      ['b', '\u010d\u010aSet-Cookie: evil'],
      ['c-bin', Buffer.from('\r\nSet-Cookie: evil')],
    ] as const;
    expect(rendered(5, '', { header }).fields).toEqual([
      'Content-Type: application/json',
      'Grpc-Metadata-A: x  Set-Cookie: evil',
      'Grpc-Metadata-B: ??Set-Cookie: evil',
      'Grpc-Metadata-C-Bin: Set-Cookie: evil',
    ]);
  });

  it('takes message and details from the status details', () => {
    const statusDetails = statusOf(5, 'detailed', ['conf.v1.Small', Buffer.from('\n\x01x')]);
    expect(rendered(5, 'plain', { statusDetails }).body).toBe(
      '{"code":5,"message":"detailed","details":[{"@type":"type.googleapis.com/conf.v1.Small","s":"x","i":0}]}',
    );
  });

  it.each([
    ['google.protobuf.Duration', '\b\x01', '"value":"1s"'],
    ['google.protobuf.StringValue', '\n\x01s', '"value":"s"'],
    ['google.rpc.Status', '\b\x05', '"code":5,"message":"","details":[]'],
    ['google.api.HttpBody', '\n\x01t', '"contentType":"t","data":"","extensions":[]'],
    ['grpc.health.v1.HealthCheckResponse', '\b\x01', '"status":"SERVING"'],
  ])('knows the detail type %s, whatever the protos', (type, wire, json) => {
    const statusDetails = statusOf(5, 'm', [type, Buffer.from(wire, 'latin1')]);
    expect(rendered(5, 'm', { statusDetails }).body).toBe(
      `{"code":5,"message":"m","details":[{"@type":"type.googleapis.com/${type}",${json}}]}`,
    );
  });

  it('gives up on details that it does not know, and keeps the challenge', () => {
    const statusDetails = statusOf(16, 'm', ['nope.Unknown', Buffer.from([8, 1])]);
    expect(rendered(16, 'm', { statusDetails, header: [['x', '1']] }, 'rpc-with-trailers')).toEqual({
      status: 500,
      fields: ['Content-Type: application/json', 'Www-Authenticate: m'],
      body: unrenderable,
      trailers: undefined,
    });
  });

  it('gives up on a message that is not Unicode', () => {
    expect(rendered(5, 'half \ud83d')).toMatchObject({ status: 500, body: unrenderable });
    expect(rendered(5, 'whole \ud83d\ude00').body).toBe('{"code":5,"message":"whole 😀","details":[]}');
  });

  it('ignores status details that are none', () => {
    expect(rendered(5, 'plain', { statusDetails: Buffer.from([0xff]) }).body).toBe(
      '{"code":5,"message":"plain","details":[]}',
    );
  });

  it('distrusts status details of another code', () => {
    expect(rendered(5, 'plain', { statusDetails: statusOf(7, 'other') })).toMatchObject({
      status: 500,
      body:
        '{"code":13,"message":"grpc-status-details-bin mismatch: grpc-status=5, grpc-message=\\"plain\\", ' +
        'grpc-status-details-bin has code 7","details":[]}',
    });
  });
});
