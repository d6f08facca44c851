import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { parseConfig } from '../../src/config/config.ts';
import { createDemoCuebot } from '../../src/demo/demo-cuebot.ts';
import { createAuthority, loopbackNames } from '../certificates.ts';
import { secret, startGateway, type TestGateway } from './running-gateway.ts';

const authority = createAuthority();
const own = authority.issue(loopbackNames);
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => authority.remove());

/** Ends TLS, as a proxy in front of Cuebot does, and notes the names of those who connect. */
async function endTls(cuebotPort: number, { cert, key } = own) {
  const clients: string[] = [];
  const server: Server = createServer(
    {
      cert,
      key,
      ca: [authority.cert],
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    },
    (socket: TLSSocket) => {
      clients.push(socket.getPeerCertificate().subjectaltname ?? '');
      const upstream = connect(cuebotPort, '127.0.0.1');
      socket.pipe(upstream).pipe(socket);
      for (const side of [socket, upstream]) side.on('error', () => undefined).on('close', () => upstream.destroy());
    },
  ).listen(0, '127.0.0.1');
  server.on('tlsClientError', () => undefined);
  await once(server, 'listening');
  closers.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, clients };
}

/** A gateway whose Cuebot is behind TLS. */
async function start(settings: Readonly<Record<string, string>>, shown: typeof own) {
  const plain = await startGateway();
  closers.push(plain.close);
  const proxy = await endTls(Number(plain.cuebot.endpoint.split(':').at(-1)), shown);
  const behind = await startGateway({ settings: { CUEBOT_ENDPOINT: `127.0.0.1:${proxy.port}`, ...settings } });
  closers.push(behind.close);
  return { behind, clients: proxy.clients };
}

const findShow = ({ rest }: TestGateway) => rest('show.ShowInterface/FindShow', { name: 'testing' });

describe.each(['grpc-js', 'http2'])('TLS to Cuebot by %s', (transport) => {
  const startBehind = (settings: Readonly<Record<string, string>>, shown = own) =>
    start({ UPSTREAM_TRANSPORT: transport, CUEBOT_TLS: 'true', ...settings }, shown);

  it('believes the authority that the settings name', async () => {
    const { behind } = await startBehind({ CUEBOT_CA_FILE: authority.certFile });
    expect((await findShow(behind)).json).toMatchObject({ show: { name: 'testing' } });
  });

  it('believes nobody else', async () => {
    const { behind } = await startBehind({ CUEBOT_CA_FILE: createOther().certFile });
    expect((await findShow(behind)).status).toBe(503);
  });

  it('shows a certificate of its own where it has one', async () => {
    const client = authority.issue('DNS:cuegate.studio.example');
    const { behind, clients } = await startBehind({
      CUEBOT_CA_FILE: authority.certFile,
      CUEBOT_CERT_FILE: client.certFile,
      CUEBOT_KEY_FILE: client.keyFile,
    });
    expect((await findShow(behind)).status).toBe(200);
    expect(clients).toContain('DNS:cuegate.studio.example');
  });

  it('takes other certificates without a restart, and keeps the connection where they are of no use', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cuegate-upstream-tls-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    const [ca, cert, key] = ['ca.pem', 'own.pem', 'own.key'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const put = (names: string) => {
      const client = authority.issue(names);
      copyFileSync(client.certFile, cert);
      copyFileSync(client.keyFile, key);
    };
    copyFileSync(authority.certFile, ca);
    put('DNS:first.studio.example');
    const { behind, clients } = await startBehind({ CUEBOT_CA_FILE: ca, CUEBOT_CERT_FILE: cert, CUEBOT_KEY_FILE: key });
    expect((await findShow(behind)).status).toBe(200);
    put('DNS:second.studio.example');
    await behind.gateway.reload();
    await expect.poll(() => clients.at(-1), { timeout: 60_000 }).toBe('DNS:second.studio.example');
    expect((await findShow(behind)).status).toBe(200);

    copyFileSync(createOther().certFile, ca);
    await behind.gateway.reload();
    const kept = 'Cuebot cannot be reached by the new certificates; the connection of the old ones is kept';
    await expect.poll(() => behind.log.map(({ message }) => message), { timeout: 60_000 }).toContain(kept);
    expect((await findShow(behind)).status).toBe(200);
    expect((await fetch(`${behind.url}/readyz`)).status).toBe(200);
    copyFileSync(authority.certFile, ca);
    await behind.gateway.reload();
    expect((await findShow(behind)).status).toBe(200);
  });

  it('reaches each of several Cuebots', async () => {
    const plain = await startGateway();
    closers.push(plain.close);
    const second = await createDemoCuebot({ sharedFarm: plain.cuebot.farm });
    closers.push(() => second.close());
    const cuebots = [plain.cuebot, second];
    const ports: number[] = [];
    for (const { endpoint } of cuebots) ports.push((await endTls(Number(endpoint.split(':').at(-1)))).port);
    const behind = await startGateway({
      settings: {
        UPSTREAM_TRANSPORT: transport,
        CUEBOT_TLS: 'true',
        CUEBOT_CA_FILE: authority.certFile,
        CUEBOT_ENDPOINT: ports.map((port) => `127.0.0.1:${port}`).join(),
      },
    });
    closers.push(behind.close);
    const jobs = [...plain.cuebot.farm.jobs.values()].slice(0, 8);
    const getLayers = 'job.JobInterface/GetLayers';
    const isReached = async () => {
      // Of one lane, so that each Cuebot gets some of them.
      const answers = await Promise.all(jobs.map(({ id }) => behind.rest(getLayers, { job: { id } })));
      return answers.every(({ status }) => status === 200) && cuebots.every(({ calls }) => calls.has(getLayers));
    };
    await expect.poll(isReached, { timeout: 60_000 }).toBe(true);
  });

  it('wants a certificate for the name that it dials', async () => {
    const elsewhere = authority.issue('DNS:cuebot.studio.example');
    const { behind } = await startBehind({ CUEBOT_CA_FILE: authority.certFile }, elsewhere);
    expect((await findShow(behind)).status).toBe(503);
  });
});

describe('TLS to Cuebot', () => {
  it('asks for protos by reflection over it, too', async () => {
    // A gateway serves reflection as other gRPC servers do; the demo does not.
    const plain = await startGateway({ settings: { GRPC_PORT: '0' } });
    closers.push(plain.close);
    const { port } = await endTls(plain.gateway.grpcPort!);
    const behind = await startGateway({
      settings: {
        CUEBOT_ENDPOINT: `127.0.0.1:${port}`,
        CUEBOT_TLS: 'true',
        CUEBOT_CA_FILE: authority.certFile,
        PROTO_SOURCE: 'reflection',
      },
    });
    closers.push(behind.close);
    expect((await findShow(behind)).json).toMatchObject({ message: 'Authorization header required' });
  });

  it('tells what is wrong with the files', async () => {
    const other = authority.issue(loopbackNames);
    const refused = (settings: Readonly<Record<string, string>>) =>
      expect(startGateway({ settings: { CUEBOT_TLS: 'true', ...settings } })).rejects;
    await refused({ CUEBOT_CA_FILE: '/nowhere.pem' }).toThrow('CUEBOT_CA_FILE: the file /nowhere.pem does not exist');
    await refused({ CUEBOT_CA_FILE: own.keyFile }).toThrow('holds no certificate; expected PEM');
    await refused({ CUEBOT_CERT_FILE: own.certFile, CUEBOT_KEY_FILE: own.certFile }).toThrow(
      `CUEBOT_KEY_FILE: the file ${own.certFile} holds no private key that can be used`,
    );
    await refused({ CUEBOT_CERT_FILE: own.certFile, CUEBOT_KEY_FILE: other.keyFile }).toThrow(
      `does not belong to the certificate of CUEBOT_CERT_FILE, ${own.certFile}`,
    );
  });

  it('tells of settings that have no effect', () => {
    const parse = (environment: Readonly<Record<string, string>>) => () =>
      parseConfig({ environment: { CUEBOT_ENDPOINT: 'cuebot:8443', JWT_SECRET: secret, ...environment }, flags: {} });
    expect(parse({ CUEBOT_CA_FILE: 'ca.pem' })).toThrow('CUEBOT_CA_FILE is set, but CUEBOT_TLS is not');
    expect(parse({ CUEBOT_TLS: 'true', CUEBOT_CERT_FILE: 'a' })).toThrow(
      'CUEBOT_CERT_FILE is set, but CUEBOT_KEY_FILE is not',
    );
    expect(parse({ CUEBOT_TLS: 'true', CUEBOT_KEY_FILE: 'a' })).toThrow(
      'CUEBOT_KEY_FILE is set, but CUEBOT_CERT_FILE is not',
    );
  });
});

function createOther() {
  const other = createAuthority('another authority');
  closers.push(other.remove);
  return other;
}
