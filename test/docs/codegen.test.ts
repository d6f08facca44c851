import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { compiledProtos, compileProtos, deriveFiles } from '../../codegen.ts';

const files = await deriveFiles();

describe('npm run codegen', () => {
  it.each(Object.keys(files))('has left nothing to do in %s', (path) => {
    const committed = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    expect(committed === files[path], `${path} is stale; npm run codegen writes it anew`).toBe(true);
  });

  it('has compiled the protos as they are', () => {
    const committed = readFileSync(new URL(`../../${compiledProtos}`, import.meta.url));
    expect(committed.equals(compileProtos()), `${compiledProtos} is stale; npm run codegen writes it anew`).toBe(true);
  });

  it('derives the same from the same protos', async () => {
    expect(await deriveFiles()).toEqual(files);
  });
});
