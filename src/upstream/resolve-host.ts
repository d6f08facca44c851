import { lookup } from 'node:dns/promises';

/** The addresses of a name in one family. Rejects with an error of node:dns. */
export type LookUp = (host: string, family: 4 | 6) => Promise<readonly string[]>;

/** As the system resolves names for every program, /etc/hosts and search domains included. */
export const lookUpBySystem: LookUp = async (host, family) => {
  const found = await lookup(host, { all: true, family });
  return found.map(({ address }) => address);
};

/** What node:dns says where a name has no address of this family; anything else may be over in a moment. */
const hasNone = new Set(['ENOTFOUND', 'ENODATA', 'EAI_ADDRFAMILY', 'EAI_NODATA', 'EAI_NONAME']);

/**
 * The addresses of a name, sorted: its A records, and AAAA only where there is no A, since a name that has both would make two
 * Cuebots of one. Rejects when it cannot be resolved now.
 */
export async function resolveHost(host: string, lookUp: LookUp): Promise<readonly string[]> {
  const found = host.includes(':') ? [] : await lookUp(host, 4).catch(emptyIfNone);
  const addresses = found.length > 0 ? found : await lookUp(host, 6);
  return [...new Set(addresses)].sort();
}

function emptyIfNone(error: NodeJS.ErrnoException): readonly string[] {
  if (hasNone.has(error.code ?? '')) return [];
  throw error;
}
