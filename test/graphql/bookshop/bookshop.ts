import { fileURLToPath } from 'node:url';

import type { Registry, ServiceDescriptor } from '../../../src/registry/descriptors.ts';
import { loadProtoFiles } from '../../../src/registry/sources/load-proto-files.ts';

import { compileRpcTable, type RpcTable } from '../../../src/rpc-table/rpc-table.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** A made-up shop with every rule of the derivation in it, and a table with two dressed errors. */
export const bookshop: Registry = loadProtoFiles([folder]);

export const bookshopTable: RpcTable = compileRpcTable(bookshop, {
  text: `
errors:
  - { status: INTERNAL, startsWith: shop.NothingThereException, means: NOT_FOUND, why: the shelves are empty }
  - { status: UNKNOWN, startsWith: shop.TooEarlyException, means: FAILED_PRECONDITION, why: the shop is closed }
`,
  fileName: 'bookshop.yaml',
  mustMatch: true,
});

/** The services of one package. */
export function servicesOf(name: string): readonly ServiceDescriptor[] {
  return bookshop.services.filter((service) => service.package === name);
}
