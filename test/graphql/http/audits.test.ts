import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ServedBookshop, serveBookshop } from '../bookshop/serve.ts';

let served: ServedBookshop;

beforeAll(async () => {
  served = await serveBookshop({});
});

afterAll(() => served.close());

/** The audits send no credentials of their own. */
const fetchFn = (url: string, init: RequestInit = {}) =>
  fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), authorization: 'Bearer good' } });

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => served.url, fetchFn });

  it('is audited by all of graphql-http', () => {
    expect(audits.length).toBeGreaterThan(50);
  });

  it.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))('%s', async (_, audit) => {
    const result = await audit.fn();
    expect({ status: result.status, reason: 'reason' in result ? result.reason : '' }).toEqual({
      status: 'ok',
      reason: '',
    });
  });
});
