import type { Config } from '../config/config.ts';
import { listSources } from '../registry/load-registry.ts';

/** The settings that name files which are read again while the gateway runs. */
export type ReloadedFilesConfig = Pick<
  Config,
  'policyFile' | 'persistedOperationsFile' | 'protoSource' | 'protoPath' | 'cuebotTls' | 'store' | 'secretFiles'
>;

/**
 * The files that are read again when one of them changes. The gateway's own certificate and the file of API keys are not among
 * them: each is looked at by itself, since neither depends on the other files.
 */
export function listReloadedFiles({
  cuebotTls,
  store,
  secretFiles,
  protoSource,
  protoPath,
  ...config
}: ReloadedFilesConfig): readonly string[] {
  const single = [config.policyFile, config.persistedOperationsFile, store?.caFile];
  return [
    ...[...single, ...Object.values(cuebotTls ?? {}).map((file) => file?.path)].flatMap((path) => path ?? []),
    ...(protoSource === undefined ? [] : listSources({ protoSource, protoPath })),
    ...secretFiles,
  ];
}
