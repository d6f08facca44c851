import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildASTSchema, parse } from 'graphql';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../../examples/web/', import.meta.url));
/** What is read of the page's codegen.ts; its own type comes with a package that is not installed here. */
interface Settings {
  readonly schema: string;
  readonly generates: Readonly<Record<string, { readonly config: object; readonly presetConfig: object }>>;
}

const settings: Settings = (await import(`${folder}codegen.ts`)).default;
const [[target, output]] = Object.entries(settings.generates) as [[string, Settings['generates'][string]]];

/** What `npm run codegen` in examples/web would write, by the settings that it reads. */
async function generate(): Promise<Record<string, string>> {
  const schema = parse(readFileSync(`${folder}${settings.schema}`, 'utf8'));
  const sections = await preset.buildGeneratesSection({
    baseOutputDir: target,
    schema,
    schemaAst: buildASTSchema(schema),
    documents: operations().map((rawSDL) => ({ document: parse(rawSDL), rawSDL, location: target })),
    config: output.config,
    presetConfig: output.presetConfig,
    plugins: [],
    pluginMap: {},
  });
  const files = sections.map(async (section) => [section.filename, await codegen(section)] as const);
  return Object.fromEntries(await Promise.all(files));
}

/** The texts of the page's operations, in the order in which the generator finds them. */
function operations(): string[] {
  const sources = readdirSync(`${folder}src`, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.tsx'),
  );
  return sources.sort().flatMap((path) => {
    const text = readFileSync(`${folder}src/${path}`, 'utf8');
    return [...text.matchAll(/\bgraphql\(`([^`]*)`\)/g)].map(([, operation]) => operation!);
  });
}

it('what is generated in examples/web fits its operations and the schema', async () => {
  const files = await generate();
  expect(Object.keys(files).sort()).toEqual(
    readdirSync(`${folder}${target}`)
      .map((name) => `${target}${name}`)
      .sort(),
  );
  for (const [path, text] of Object.entries(files)) {
    const isFresh = readFileSync(`${folder}${path}`, 'utf8') === text;
    expect(isFresh, `examples/web/${path} is stale; npm run codegen in examples/web writes it anew`).toBe(true);
  }
});
