import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';

import { createDemoCuebot, type DemoCuebot } from '../../src/demo/demo-cuebot.ts';
import { type CutWay, openCutWay } from '../cut-way.ts';

import { startGateway, type TestGateway } from './running-gateway.ts';

/** A Cuebot that launches a job, and whose answer is lost: a client that sends again must not launch it twice. */

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function start(): Promise<{ cuebot: DemoCuebot; way: CutWay; gateway: TestGateway }> {
  const cuebot = await createDemoCuebot();
  const way = await openCutWay(cuebot.endpoint);
  const gateway = await startGateway({ settings: { CUEBOT_ENDPOINT: way.endpoint, GRPC_PORT: '0' } });
  opened.push(cuebot.close, way.close, gateway.close);
  return { cuebot, way, gateway };
}

const launch = 'job.JobInterface/LaunchSpecAndWait';
const spec =
  '<?xml version="1.0"?><!DOCTYPE spec PUBLIC "SPI Cue Specification Language" "http://localhost:8080/spcue/dtd/cjsl-1.15.dtd">' +
  '<spec><facility>local</facility><show>testing</show><shot>sh1</shot><user>ann</user><uid>1004</uid><job name="once"><paused>True</paused>' +
  '<os>rhel9</os><layers><layer name="one" type="Render"><cmd>echo</cmd><range>1-2</range><chunk>1</chunk><services>' +
  '<service>shell</service></services></layer></layers></job></spec>';
/** Field 1, with its length in two bytes. */
const request = Buffer.concat([Buffer.from([10, (spec.length & 127) | 128, spec.length >> 7]), Buffer.from(spec)]);

/** Sends a call again as pycue does: four times where the status says that it was not sent. */
const retries = {
  methodConfig: [
    {
      name: [{}],
      retryPolicy: {
        maxAttempts: 5,
        initialBackoff: '0.01s',
        maxBackoff: '0.02s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE', 'CANCELLED'],
      },
    },
  ],
};

const bytes = (message: Buffer) => message;

describe('a Cuebot that is cut in the middle of a launch', () => {
  const launchedIn = ({ farm }: DemoCuebot) => [...farm.jobs.values()].filter(({ name }) => name.endsWith('_once'));

  it('has launched once for a gRPC client that sends again what was not sent', async () => {
    const { cuebot, way, gateway } = await start();
    const client = new Client(`127.0.0.1:${gateway.gateway.grpcPort}`, credentials.createInsecure(), {
      'grpc.service_config': JSON.stringify(retries),
    });
    opened.push(() => client.close());
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${gateway.token}`);
    // Connects the gateway to Cuebot.
    await gateway.rest('show.ShowInterface/FindShow', { name: 'testing' });
    way.holdAnswers();
    const answered = new Promise<ServiceError | null>((resolve) => {
      client.makeUnaryRequest(`/${launch}`, bytes, bytes, request, metadata, (error) => resolve(error));
    });
    await expect.poll(() => launchedIn(cuebot)).toHaveLength(1);
    way.cut();
    expect(await answered).toMatchObject({
      code: status.UNKNOWN,
      details: expect.stringMatching(
        /^the call was sent and its answer was lost \(UNAVAILABLE: .*it may have been carried out$/,
      ),
    });
    expect(cuebot.calls.get(launch)).toBe(1);
    expect(launchedIn(cuebot)).toHaveLength(1);
    // The way is there again: whoever had sent it again would have launched a second one.
    expect((await gateway.rest('show.ShowInterface/FindShow', { name: 'testing' })).status).toBe(200);
  });

  it('says that nothing was sent where Cuebot cannot be reached', async () => {
    const { cuebot, way, gateway } = await start();
    await gateway.rest('show.ShowInterface/FindShow', { name: 'testing' });
    way.close();
    await expect.poll(async () => (await gateway.rest(launch, { spec })).status).toBe(503);
    expect(launchedIn(cuebot)).toHaveLength(0);
  });
});
