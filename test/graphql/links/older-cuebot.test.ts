import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadProtocol } from '../../../src/demo/wire/load-protocol.ts';
import { type TestGateway, startGateway } from '../../app/running-gateway.ts';

/** What OpenCue 1.31 to 1.37 added to limits; a Cuebot 1.30 answers `Method not found`. */
const NEWER = /^limit\.LimitInterface\/(?:GetBindings|GetHolds|ClearBindings|ReportUsage)$/;

let served: TestGateway;
beforeAll(async () => {
  const unknownMethods = new Set(loadProtocol().flatMap(({ name }) => (NEWER.test(name) ? [name] : [])));
  expect(unknownMethods.size).toBe(4);
  served = await startGateway({ cuebot: { unknownMethods } });
});
afterAll(() => served.close());

describe('the limits of a Cuebot that is older than their bindings', () => {
  it('have null instead, and a note that names the field, the RPC and the release', async () => {
    const { status, json } = await served.graphql('{ limits { name bindings { layerName } } }');
    expect(status).toBe(200);
    expect(json.errors).toBeUndefined();
    expect(json.data.limits).toEqual(
      ['arnold_lic', 'nuke_lic', 'houdini_lic', 'io_heavy', 'mari_lic'].map((name) => ({ name, bindings: null })),
    );
    expect(json.extensions.unsupported).toEqual([
      { field: 'Limit.bindings', rpc: 'limit.LimitInterface/GetBindings', since: '1.37' },
    ]);
  });

  it('have as many notes as fields', async () => {
    const { json } = await served.graphql('{ limits { bindings { layerName } holds { hostName } } }');
    expect(json.extensions.unsupported.map(({ field }: { field: string }) => field).sort()).toEqual([
      'Limit.bindings',
      'Limit.holds',
    ]);
  });

  it('answer the rest of the query without a note when nobody asks for what is missing', async () => {
    const { json } = await served.graphql('{ limits { name maxValue } }');
    expect(json.data.limits.length).toBe(5);
    expect(json.extensions?.unsupported).toBeUndefined();
  });

  it('are told by REST as Cuebot tells it', async () => {
    const { status, json } = await served.rest('limit.LimitInterface/GetBindings', { limit_name: 'arnold_lic' });
    expect({ status, message: json.message }).toEqual({
      status: 501,
      message: 'Method not found: limit.LimitInterface/GetBindings',
    });
  });
});
