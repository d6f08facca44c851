import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, it } from 'vitest';

import { RegistryError } from '../../../src/registry/registry-error.ts';
import { decodeDescriptorSet, encodeDescriptorSet } from '../../../src/registry/sources/descriptors/file-descriptor.ts';
import { loadDescriptorSet } from '../../../src/registry/sources/load-descriptor-set.ts';

const set = readFileSync('test/recorded/registry/conf.binpb');

/** A set in which some bytes are others, and some are missing. */
const damaged = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(set.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
    fc.nat(set.length - 1),
    fc.nat(12),
  )
  .map(([changes, from, length]) => {
    const bytes = Buffer.from(set);
    for (const [at, byte] of changes) bytes[at] = byte;
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
  });

/** Loads a set that may have problems. */
function load(bytes: Uint8Array): void {
  try {
    loadDescriptorSet(bytes, 'set');
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
  }
}

/** Every property in the set, with the object that has it. */
function listProperties(value: unknown, found: [Record<string, unknown>, string][] = []) {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return found;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) found.push([value as Record<string, unknown>, key]);
    listProperties(inner, found);
  }
  return found;
}

describe('abuse', () => {
  it('finds problems that it can tell, or nothing, in a set that lacks some fields', () => {
    const count = listProperties(decodeDescriptorSet(set)).length;
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: 8 }), (places) => {
        const files = decodeDescriptorSet(set);
        const properties = listProperties(files);
        for (const place of places) {
          const [object, key] = properties[place]!;
          delete object[key];
        }
        load(encodeDescriptorSet(files));
      }),
      { numRuns: 60 },
    );
  });

  it('finds in a damaged descriptor set nothing, or problems that it can tell', () => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        load(bytes);
      }),
      { numRuns: 300 },
    );
  });
});
