/** What a server says of itself (https://redis.io/docs/latest/commands/info/), as far as it matters here. */
export interface StoreServer {
  /** Another one with every start: what the server has in its memory is as old as this. */
  readonly runId: string;
  /** Its name and version, e.g. `Redis 7.0.15`; without a number where it tells none. */
  readonly version: string;
  /** What it does when its memory is full (maxmemory-policy); empty where it does not tell. */
  readonly memoryPolicy: string;
  /** Why this server cannot be used; undefined: it can. */
  readonly problem: string | undefined;
}

/**
 * Reads the answer of INFO. A server that may throw keys away when its memory is full would throw turns away, too; one that
 * Sentinels may replace must stop taking writes when nobody copies them.
 */
export function readServerInfo(info: string, isBySentinel: boolean): StoreServer {
  const fields = new Map([...info.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]));
  const valkey = fields.get('valkey_version');
  return {
    runId: fields.get('run_id') ?? '',
    version: valkey === undefined ? `Redis ${fields.get('redis_version') ?? ''}`.trim() : `Valkey ${valkey}`,
    memoryPolicy: fields.get('maxmemory_policy') ?? '',
    problem: findProblem(fields, isBySentinel),
  };
}

function findProblem(fields: ReadonlyMap<string, string>, isBySentinel: boolean): string | undefined {
  const policy = fields.get('maxmemory_policy');
  if (!fields.get('run_id')) return 'it tells no run_id; expected Redis 6 or later, or Valkey';
  if (fields.get('redis_mode') === 'cluster') {
    return 'it is part of a cluster, which gives keys on without asking; expected a single server, or Sentinels';
  }
  if (fields.get('role') !== 'master') return 'it is a copy of another server; expected that one, or its Sentinels';
  if (policy !== 'noeviction') {
    return `its maxmemory-policy is ${policy}, by which it may forget whose turn it is; set maxmemory-policy noeviction`;
  }
  // Told only where it is set.
  if (isBySentinel && !fields.has('min_slaves_good_slaves')) {
    return 'it takes writes that no other server copies; set min-replicas-to-write 1, so that it stops when another takes over';
  }
  return undefined;
}
