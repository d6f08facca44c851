import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startGateway, type TestGateway } from '../../app/running-gateway.ts';

let running: TestGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.close());

describe('executeBy()', () => {
  it('answers in the order of the selection, whatever comes in first', async () => {
    const query = '{ late: show(name: "testing") { subscriptions { name } active } now: __typename }';
    const { text } = await running.graphql(query);
    const positions = ['"late"', '"subscriptions"', '"active"', '"now"'].map((key) => text.indexOf(key));
    expect(positions).toEqual(positions.toSorted((left, right) => left - right));
    expect(Math.min(...positions)).toBeGreaterThan(0);
  });
});
