import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The release that the recipe is followed with. */
const version = '26.0.7';

const run = promisify(execFile);

/** What is missing to run Keycloak, as people say it; undefined when nothing is. */
export async function missingForKeycloak(): Promise<string | undefined> {
  const hasJava = await majorOfJava().then((major) => major >= 17, notThere);
  const hasMaven =
    process.env['KEYCLOAK_HOME'] !== undefined || (await run('mvn', ['-version']).then(isThere, notThere));
  return hasJava && hasMaven ? undefined : 'needs Java 17 and mvn';
}

/**
 * The folder of an unpacked Keycloak: KEYCLOAK_HOME, or one that is fetched by Maven into `folder`. Rejects when it cannot
 * be had; `signal` ends the fetching.
 */
export async function findKeycloak(folder: string, signal: AbortSignal): Promise<string> {
  const home = process.env['KEYCLOAK_HOME'];
  if (home !== undefined) return home;
  const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`;
  await run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], {
    signal,
  });
  // The jar tool is there wherever a JDK is, unzip is not; but it forgets which files are programs.
  await run('jar', ['-xf', join(folder, `keycloak-quarkus-dist-${version}.zip`)], { cwd: folder, signal });
  const unpacked = join(folder, `keycloak-${version}`);
  await run('chmod', ['+x', join(unpacked, 'bin/kc.sh'), join(unpacked, 'bin/kcadm.sh')], { signal });
  return unpacked;
}

/** `openjdk version "17.0.15"` → 17. */
async function majorOfJava(): Promise<number> {
  const { stderr } = await run('java', ['-version']);
  return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
}

const isThere = () => true;
const notThere = () => false;
