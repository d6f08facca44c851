import type { Authentication } from '../authentication/create-authentication.ts';
import { type Config, ConfigError, type ReadConfig } from '../config/config.ts';
import type { Coordination } from '../coordination/create-coordination.ts';
import { Problems } from '../errors/problems.ts';
import { readTlsFiles, type TlsMaterial } from '../http/tls-files.ts';
import type { ReflectionTransport } from '../registry/sources/load-by-reflection.ts';
import type { Tracer } from '../telemetry/span.ts';

import { type Snapshot, takeSnapshot } from './snapshot.ts';

/** What the files of a gateway are read again with. */
export interface ReadFilesAgainOptions {
  readonly config: Config;
  /** Reads the settings again, for the secrets among them; undefined: those stay as they are. */
  readonly readSettings: (() => Pick<ReadConfig, 'config' | 'problems'>) | undefined;
  readonly authentication: Pick<Authentication, 'prepareSecrets'>;
  readonly coordination: Pick<Coordination, 'prepareSecrets'> | undefined;
  /** Undefined: nothing is traced. */
  readonly tracer: Pick<Tracer, 'renewHeaders'> | undefined;
  readonly reflect: ReflectionTransport;
  /** What is in force. */
  readonly previous: Snapshot;
}

/** What the files hold now, not in force yet. */
export interface FilesReadAgain {
  readonly snapshot: Snapshot;
  /** What TLS to Cuebot is spoken with; undefined: it is not. */
  readonly upstreamTls: TlsMaterial | undefined;
  /** Has the secrets hold from now on. */
  readonly putSecretsInForce: () => void;
}

/** Reads the files that settings name, beside what is in force. Rejects with a ConfigError that tells all mistakes of all files. */
export async function readFilesAgain(options: ReadFilesAgainOptions): Promise<FilesReadAgain> {
  const { config, readSettings, authentication, coordination, tracer, reflect, previous } = options;
  const problems = new Problems();
  const read = readSettings?.();
  problems.add(...(read?.problems.found ?? []));
  const secrets =
    read === undefined
      ? []
      : [
          await problems.attempt(undefined, () => authentication.prepareSecrets(read.config.authentication)),
          await problems.attempt(
            'REDIS_CA_FILE',
            () => read.config.store && coordination?.prepareSecrets(read.config.store),
          ),
          () => read.config.traces && tracer?.renewHeaders(read.config.traces.headers),
        ];
  const { cuebotTls } = config;
  const upstreamTls = cuebotTls && (await problems.attempt(undefined, () => readTlsFiles(cuebotTls)));
  const snapshot = await problems.attempt(undefined, () => takeSnapshot(config, { reflect, previous }));
  if (snapshot === undefined || problems.found.length > 0) throw new ConfigError(problems.found);
  return {
    snapshot,
    upstreamTls,
    putSecretsInForce: () => {
      for (const putInForce of secrets) putInForce?.();
    },
  };
}
