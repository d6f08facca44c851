import { createClient } from 'graphql-ws';

/** What the test tells the page. */
export interface LiveQueries {
  /** How many sockets to open, and how many live queries on each. */
  readonly sockets: number;
  readonly queriesPerSocket: number;
  /** Of the gateway, with the scheme `http`. */
  readonly url: string;
  readonly token: string;
  readonly query: string;
}

/** Left by this script on the page that it is bundled into. */
export interface PageGlobal {
  /** Resolves when each live query has its first answer, with how many there are. */
  readonly watch: (queries: LiveQueries) => Promise<number>;
  /** Answers that have come. */
  readonly count: () => number;
}

let count = 0;

async function watch({ sockets, queriesPerSocket, url, token, query }: LiveQueries): Promise<number> {
  const first: Promise<void>[] = [];
  for (let socket = 0; socket < sockets; socket++) {
    const client = createClient({
      url: url.replace('http', 'ws'),
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    for (let index = 0; index < queriesPerSocket; index++) {
      const answered = new Promise<void>((resolve, reject) => {
        const next = () => {
          count += 1;
          resolve();
        };
        client.subscribe({ query }, { next, error: reject, complete: () => {} });
      });
      first.push(answered);
    }
  }
  await Promise.all(first);
  return first.length;
}

Object.assign(globalThis, { watch, count: () => count } satisfies PageGlobal);
