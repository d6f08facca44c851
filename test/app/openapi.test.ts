import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, describe, expect, it } from 'vitest';

import { send, shareGateway, startGateway, type TestGateway, type TestGatewayOptions } from './running-gateway.ts';

/** The document as served, and whether the gateway does what it says. */

const committed = JSON.parse(readFileSync(new URL('../../schema/openapi.json', import.meta.url), 'utf8'));

let running: TestGateway | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});
const start = async (options?: TestGatewayOptions) => {
  running = await startGateway(options);
  return running;
};
const get = ({ url }: TestGateway, headers = {}, method = 'GET') =>
  send(undefined, `${url}/openapi.json`, method, headers);

describe('/openapi.json', () => {
  const usual = shareGateway();

  it('is a valid document of OpenAPI 3.1', async () => {
    expect(await new Validator().validate(structuredClone(committed))).toEqual({ valid: true });
  });

  it('is served to anybody and to any page, as it is committed', async () => {
    const answer = await get(usual());
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
    });
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(answer.json).toEqual(committed);
  });

  it('is compressed for whoever takes that', async () => {
    const gateway = usual();
    const response = await fetch(`${gateway.url}/openapi.json`, { headers: { 'accept-encoding': 'br, gzip' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.json()).toEqual(committed);
    expect((await get(gateway, { 'accept-encoding': 'gzip;q=0' })).headers).not.toHaveProperty('content-encoding');
  });

  it('can only be looked at', async () => {
    expect(await get(usual(), {}, 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it('describes what REST serves by the settings, with the rights of the site’s policy', async () => {
    const gateway = await start({ settings: { REST_SERVICES: 'show.ShowInterface', AUTH: 'none', JWT_SECRET: '' } });
    const { paths, components } = (await get(gateway)).json;
    expect(new Set(Object.keys(paths).map((path) => path.split('/')[1]))).toEqual(new Set(['show.ShowInterface']));
    expect(components).not.toHaveProperty('securitySchemes');
  });

  it('is not there when it is turned off', async () => {
    expect((await get(await start({ settings: { OPENAPI: 'false' } }))).status).toBe(401);
  });
});

describe('the examples', () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema(committed, 'openapi');
  const pointer = (...parts: readonly string[]) =>
    `openapi#/${parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
  const fits = (value: unknown, ...parts: readonly string[]) => {
    const validate = ajv.getSchema(pointer(...parts, 'content', 'application/json', 'schema'))!;
    return validate(value) || validate.errors;
  };
  const examples = Object.keys(committed.paths).flatMap((path) => {
    const { example } = committed.paths[path].post.requestBody.content['application/json'];
    return example === undefined ? [] : [{ path, example }];
  });

  it.each(examples)('$path asks and is answered as its schemas say', async ({ path, example }) => {
    const gateway = await start({ cuebot: { seed: 1 } });
    expect(fits(example, 'paths', path, 'post', 'requestBody')).toBe(true);
    const answer = await gateway.rest(path.slice(1), example);
    expect(answer.status, answer.text).toBe(200);
    expect(fits(answer.json, 'paths', path, 'post', 'responses', '200')).toBe(true);
    // An example that finds nothing would show nothing.
    const isEmptyReply = committed.paths[path].post['x-cuegate-queued'] === true;
    expect(answer.text.length > 40 || isEmptyReply, answer.text).toBe(true);
  });

  it('are those of docs/clients.md at least', () => {
    expect(examples.length).toBeGreaterThanOrEqual(8);
  });

  it('are told from what does not fit', () => {
    const path = '/job.JobInterface/FindJob';
    expect(fits({ name: 5 }, 'paths', path, 'post', 'requestBody')).not.toBe(true);
    expect(fits({}, 'paths', path, 'post', 'responses', '200')).not.toBe(true);
  });

  it('fail with a body that fits the schema of errors', async () => {
    const gateway = await start();
    const answer = await gateway.rest('job.JobInterface/FindJob', { name: 'nobody' });
    expect(answer.status).toBe(404);
    expect(ajv.validate({ $ref: pointer('components', 'schemas', 'google.rpc.Status') }, answer.json)).toBe(true);
  });
});
