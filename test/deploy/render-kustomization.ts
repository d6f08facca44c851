import { dirname, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { expect } from 'vitest';

import type { Json } from '../json.ts';
import { read } from './deployed-settings.ts';

/** A JSON patch (RFC 6902), as far as our overlays use it. */
interface Operation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

/**
 * Renders a folder as `kubectl kustomize` does, as far as our overlays go: resources in files and folders, and JSON patches. What it does
 * not know fails the test.
 */
export function renderKustomization(folder: string): readonly Json[] {
  const { apiVersion, kind, resources, patches = [], ...unknown } = parse(read(join(folder, 'kustomization.yaml')));
  expect([apiVersion, kind, unknown]).toEqual(['kustomize.config.k8s.io/v1beta1', 'Kustomization', {}]);
  const objects: Json[] = resources.flatMap((resource: string) => {
    const path = join(folder, resource);
    return resource.endsWith('.yaml') ? readObjects(path) : renderKustomization(path);
  });
  for (const { target, patch } of patches) {
    const object = objects.find(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
    expect(object, `${folder} patches ${target.kind} ${target.name}`).toBeDefined();
    for (const operation of parse(patch)) apply(object, operation);
  }
  return objects;
}

function readObjects(path: string): readonly Json[] {
  return parseAllDocuments(read(path)).map((document) => {
    expect(document.errors, path).toEqual([]);
    return document.toJS();
  });
}

function apply(object: Json, { op, path, value }: Operation): void {
  const keys = path.slice(1).split('/');
  const last = keys.pop()!;
  const parent = keys.reduce((node, key) => node[key], object);
  expect(parent, `${dirname(path)} is there`).toBeDefined();
  if (op === 'add' && last === '-') parent.push(value);
  else if (op === 'add') parent[last] = value;
  else {
    // Both fail where there is nothing.
    expect(parent, path).toHaveProperty(last);
    if (op === 'remove') delete parent[last];
    else parent[last] = value;
  }
}
