import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, describe, expect, it } from 'vitest';

import type { Json } from '../json.ts';
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
    for (const coding of ['br', 'gzip']) {
      const response = await fetch(`${gateway.url}/openapi.json`, { headers: { 'accept-encoding': coding } });
      expect(response.headers.get('content-encoding')).toBe(coding);
      expect(await response.json()).toEqual(committed);
    }
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

/** What no request is answered OK to by a Cuebot of 1.37, or by none that could be written down beforehand, and the status. */
const unanswered: Readonly<Record<string, number>> = {
  // They fail after they have stored.
  'department.DepartmentInterface/AddTask': 500,
  'department.DepartmentInterface/AddTasks': 500,
  'department.DepartmentInterface/ReplaceTasks': 500,
  'department.DepartmentInterface/SetManagedCores': 500,
  'department.DepartmentInterface/Delete': 501,
  'facility.FacilityInterface/GetAllocations': 501,
  'filter.ActionInterface/GetParentFilter': 500,
  'host.DeedInterface/GetHost': 500,
  'host.HostInterface/GetHostWhiteboard': 500,
  // It wants a time of the last minute.
  'job.JobInterface/GetUpdatedFrames': 400,
  'job.LayerInterface/SetMinGpu': 501,
  'task.TaskInterface/SetMinCores': 500,
};

/** Whether an answer holds anything but emptiness. */
function tellsSomething(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value !== null && value !== '' && value !== 0;
  return Object.values(value).some(tellsSomething);
}

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
  const operations = Object.entries<Json>(committed.paths).map(([path, { post }]) => ({ path, ...post }));
  const services = [...new Set(operations.map(({ tags }) => tags[0] as string))];
  /** First what changes nothing, last what takes things away. */
  const turnOf = (operation: Json) => {
    // It finds what a write of these stores.
    if (operation.path === '/job.FrameInterface/GetFrameStateDisplayOverrides') return 2;
    if (operation['x-cuegate-kind'] === 'read') return 0;
    return /\/(?:Archive|Clear|Delete|Drop|Eat|Kill|Mark|Remove|Satisfy|Unbook)/.test(operation.path) ? 2 : 1;
  };

  it.each(services)('of %s ask and are answered as their schemas say', async (service) => {
    const gateway = await start({ cuebot: { seed: 1 } });
    const wrong: string[] = [];
    const own = operations.filter(({ tags }) => tags[0] === service).sort((one, other) => turnOf(one) - turnOf(other));
    for (const { path, requestBody, responses } of own) {
      const { example } = requestBody.content['application/json'];
      if (fits(example, 'paths', path, 'post', 'requestBody') !== true)
        wrong.push(`${path}: ${JSON.stringify(example)}`);
      const answer = await gateway.rest(path.slice(1), example);
      if (unanswered[path.slice(1)] !== undefined) {
        if (answer.status !== unanswered[path.slice(1)]) wrong.push(`${path}: ${answer.status} ${answer.text}`);
        continue;
      }
      const isAnswered = answer.status === 200 && fits(answer.json, 'paths', path, 'post', 'responses', '200') === true;
      // An example that finds nothing would show nothing.
      const schema = responses[200].content['application/json'].schema;
      const reply = schema.$ref === undefined ? schema : committed.components.schemas[schema.$ref.split('/').at(-1)];
      const isEmpty = Object.keys(reply.properties ?? {}).length === 0;
      if (!isAnswered || !(isEmpty || tellsSomething(answer.json)))
        wrong.push(`${path}: ${answer.status} ${answer.text}`);
    }
    expect(own.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
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
