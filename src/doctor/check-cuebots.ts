import { connect } from 'node:net';

import { GatewayError } from '../call/gateway-error.ts';
import type { Config } from '../config/config.ts';
import { UserError } from '../errors/user-error.ts';
import { readTlsFiles, type TlsMaterial } from '../http/tls-files.ts';
import type { RpcTable } from '../rpc-table/rpc-table.ts';
import { createUpstream, type UpstreamOptions } from '../upstream/create-upstream.ts';
import type { Endpoint } from '../upstream/parse-endpoint.ts';
import { lookUpBySystem, resolveHost } from '../upstream/resolve-host.ts';

import type { Finding } from './finding.ts';

/** How long each step may take, in milliseconds. */
const stepMs = 5_000;

/** Whether each Cuebot can be reached: its name, its port, its answer, and which release of OpenCue it is like. */
export async function checkCuebots(
  { cuebotEndpoints, cuebotTls, maxReceiveBytes }: Config,
  table: RpcTable,
): Promise<readonly Finding[]> {
  let tls: TlsMaterial | undefined;
  try {
    tls = cuebotTls && readTlsFiles(cuebotTls);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ about: 'Cuebot', severity: 'error', found: error.message }];
  }
  const material = tls;
  const options = { maxReceiveBytes, tls: material && (() => material) };
  const all = await Promise.all(cuebotEndpoints.map((endpoint) => checkCuebot(endpoint, options, table)));
  const count = `${cuebotEndpoints.length} ${cuebotEndpoints.length === 1 ? 'Cuebot is' : 'Cuebots are'} named`;
  return [{ about: 'Cuebot', severity: 'ok', found: count }, ...all.flat()];
}

async function checkCuebot(
  endpoint: Endpoint,
  options: Pick<UpstreamOptions, 'maxReceiveBytes' | 'tls'>,
  table: RpcTable,
): Promise<readonly Finding[]> {
  const { name, host, port } = endpoint;
  const about = 'Cuebot';
  const fail = (found: string, advice: string): Finding => ({
    about,
    severity: 'error',
    found: `${name} ${found}`,
    advice,
  });
  if (host !== undefined) {
    const addresses = await resolveHost(host, lookUpBySystem).catch((error: NodeJS.ErrnoException) => error);
    if (addresses instanceof Error) {
      return [
        fail(`has no address (${addresses.code ?? addresses.message})`, 'check the name in CUEBOT_ENDPOINT, and DNS'),
      ];
    }
    const refused = await tryPort(addresses[0]!, port);
    if (refused !== undefined) {
      return [
        fail(
          `cannot be connected to at ${addresses[0]} (${refused})`,
          'is Cuebot running, and is its port open to this machine?',
        ),
      ];
    }
  }
  const upstream = createUpstream({ endpoint: name, ...options });
  try {
    const { probe } = table.cuebotChecks;
    if (probe === undefined) return [{ about, severity: 'ok', found: `${name} takes connections` }];
    const startedAt = performance.now();
    await upstream.ask(probe, stepMs);
    const tookMs = Math.round(performance.now() - startedAt);
    const answered: Finding = { about, severity: 'ok', found: `${name} answers ${probe.fullName} in ${tookMs} ms` };
    return [answered, ...(await findRelease(name, upstream.ask, table))];
  } catch (error) {
    const { status, message } = GatewayError.from(error);
    return [
      fail(`takes connections and does not answer (${status.name}: ${message})`, 'is that the gRPC port of a Cuebot?'),
    ];
  } finally {
    upstream.close();
  }
}

/** Resolves to why nobody can connect there; undefined: somebody can. */
function tryPort(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: stepMs });
    const end = (reason: string | undefined) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end(`no answer within ${stepMs / 1_000} s`));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

/** Cuebot tells no version, but which RPCs it has: the newest release whose RPC it knows. */
async function findRelease(
  name: string,
  ask: ReturnType<typeof createUpstream>['ask'],
  { releases }: RpcTable,
): Promise<readonly Finding[]> {
  const about = 'Cuebot';
  for (const [index, { since, method }] of releases.entries()) {
    const isKnown = await ask(method, stepMs).then(
      () => true,
      (error: unknown) => GatewayError.from(error).status.name !== 'UNIMPLEMENTED',
    );
    if (!isKnown) continue;
    const newer = releases[index - 1];
    const until = newer === undefined ? 'or newer' : `or newer, and older than ${newer.since}`;
    const found = `${name} has the RPCs of OpenCue ${since} ${until}`;
    return [
      newer === undefined
        ? { about, severity: 'ok', found }
        : { about, severity: 'note', found, advice: lacking(newer) },
    ];
  }
  const oldest = releases.at(-1);
  if (oldest === undefined) return [];
  return [
    { about, severity: 'warning', found: `${name} is older than OpenCue ${oldest.since}`, advice: lacking(oldest) },
  ];
}

function lacking({ method }: RpcTable['releases'][number]): string {
  return `RPCs that came later, such as ${method.fullName}, are answered UNIMPLEMENTED`;
}
