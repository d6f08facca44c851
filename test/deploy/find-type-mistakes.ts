import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Json } from '../json.ts';
import { pathOf } from './deployed-settings.ts';

/** Kinds that Kubernetes itself does not know: they come with an operator. */
export const foreignKinds: readonly string[] = ['ServiceMonitor'];

/**
 * Holds objects against the types that are made from Kubernetes' own OpenAPI document (kubernetes-types on npm), by the compiler: it finds
 * fields that there are not, fields that are missing, and values of another type.
 *
 * @returns the compiler's lines, one for each mistake
 */
export function findTypeMistakes(objects: readonly Json[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'cuegate-kubernetes-'));
  const literals = objects
    .filter(({ kind }) => !foreignKinds.includes(kind))
    .map((object, index) => {
      const path = `kubernetes-types/${groupOf(object)}`;
      return `export const object${index}: import('${path}').${object.kind} =\n${JSON.stringify(object, undefined, 1)};\n`;
    });
  const compilerOptions = {
    ...{ strict: true, noEmit: true, module: 'nodenext', types: [] },
    paths: { 'kubernetes-types/*': [`${pathOf('node_modules/kubernetes-types')}/*.d.ts`] },
  };
  try {
    writeFileSync(join(folder, 'objects.ts'), literals.join('\n'));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['objects.ts'] }));
    const compiler = pathOf('node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `apps/v1` of `apps/v1`, `networking/v1` of `networking.k8s.io/v1`, `core/v1` of `v1`. */
function groupOf({ apiVersion }: Json): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  return `${group.split('.')[0]}/${version}`;
}
