import { beforeEach, describe, expect, it } from 'vitest';

import { LaneTurn } from '../../src/coordination/lane-turn.ts';
import { type FellowGateway, type FellowTurn, keys, settled, tick, useFellows } from './fellow-gateways.ts';
import { isRedisMissing } from './redis-server.ts';

// Skipped where redis-server is not installed; see redis-server.ts.
describe.skipIf(isRedisMissing)('LaneTurn', () => {
  const fellows = useFellows();
  let lane = '';
  let count = 0;
  beforeEach(() => {
    lane = `cuebot:8443|lane ${count++}`;
  });

  /** A gateway that has joined. */
  async function join(): Promise<FellowGateway> {
    const fellow = await fellows.open();
    fellow.session.start();
    await settled(fellow);
    if (!fellow.session.isLasting) await open(fellow);
    return fellow;
  }

  /** Waits out the time of a new store. */
  async function open(fellow: FellowGateway): Promise<void> {
    while (!fellow.session.isLasting) await tick(500, fellow);
  }

  const told = (turn: FellowTurn) => expect.poll(() => turn.told);

  it('heeds what others want although that is heard before the answer that gives it the turn', async () => {
    const [ann, bob] = [await join(), await join()];
    const { store, session, timeline } = ann;
    const clocks = { monotonic: timeline.now, wall: timeline.now };
    let isTaken = false;
    const onTurn = () => {
      isTaken = turn.take('write');
    };
    const options = { store, keys, session, clocks, schedule: timeline.schedule, turnMs: 50 };
    const turn: LaneTurn = new LaneTurn(lane, options, { onTurn, onAway: () => {} });
    expect(turn.take('write')).toBe(false);
    // As when Bob asks as soon as the store has given the turn to Ann, and his word overtakes its answer.
    turn.onWanted(1, 'write');
    await expect.poll(() => isTaken).toBe(true);
    const next = bob.turnOf(lane);
    next.take('write');
    await settled(bob);
    expect(next.told).toEqual([]);
    turn.rest();
    await told(next).toEqual(['turn']);
  });

  it('is had by who asks first, and kept while nobody else asks', async () => {
    const ann = await join();
    const turn = ann.turnOf(lane);
    expect(turn.take('read')).toBe(false);
    await told(turn).toEqual(['turn']);
    expect([turn.take('read'), turn.take('write'), turn.take('read')]).toEqual([true, true, true]);
    turn.rest();
    await tick(60_000, ann);
    expect(turn.take('write')).toBe(true);
  });

  it('is given on at once when the lane has nothing to send', async () => {
    const [ann, bob] = [await join(), await join()];
    const [hers, his] = [ann.turnOf(lane), bob.turnOf(lane)];
    hers.take('write');
    await told(hers).toEqual(['turn']);
    hers.rest();
    expect(his.take('read')).toBe(false);
    await told(his).toEqual(['turn']);
    expect([his.take('read'), hers.take('read')]).toEqual([true, false]);
  });

  it('is given on while the lane has more to send, when it has lasted for long enough', async () => {
    const [ann, bob] = [await join(), await join()];
    const [hers, his] = [ann.turnOf(lane), bob.turnOf(lane)];
    hers.take('write');
    await told(hers).toEqual(['turn']);
    expect(hers.take('write')).toBe(true);
    his.take('write');
    await settled(ann, bob);
    await ann.timeline.advance(49);
    expect(hers.take('write')).toBe(true);
    expect(his.told).toEqual([]);
    await ann.timeline.advance(1);
    expect(hers.take('write')).toBe(false);
    await told(his).toEqual(['turn']);
    expect(his.take('write')).toBe(true);
    // It went to the end of the queue, and has its turn again when the other has nothing more to send.
    his.rest();
    await told(hers).toEqual(['turn', 'turn']);
  });

  it('goes to who asked first', async () => {
    const [ann, bob, cem, dan] = [await join(), await join(), await join(), await join()];
    const [hers, ...others] = [ann, bob, cem, dan].map((fellow) => fellow.turnOf(lane)) as [
      FellowTurn,
      ...FellowTurn[],
    ];
    hers.take('write');
    await told(hers).toEqual(['turn']);
    const order: number[] = [];
    for (const other of others) {
      other.take('write');
      await settled(bob, cem, dan);
    }
    hers.rest();
    for (let index = 0; index < others.length; index += 1) {
      await expect
        .poll(() => others.findIndex((other, at) => other.told.length > 0 && !order.includes(at)))
        .toBe(index);
      order.push(index);
      others[index]!.rest();
    }
    expect(order).toEqual([0, 1, 2]);
  });

  it('goes to a write before the reads that asked earlier, and reads give way to it', async () => {
    const [ann, bob, cem] = [await join(), await join(), await join()];
    const [hers, his, cems] = [ann.turnOf(lane), bob.turnOf(lane), cem.turnOf(lane)];
    hers.take('read');
    await told(hers).toEqual(['turn']);
    expect(hers.take('read')).toBe(true);
    his.take('read');
    await settled(ann, bob, cem);
    // Others have reads only: the turn lasts.
    expect(hers.take('read')).toBe(true);
    cems.take('write');
    await settled(ann, bob, cem);
    expect(hers.take('write')).toBe(true);
    expect(hers.take('read')).toBe(false);
    await told(cems).toEqual(['turn']);
    expect(his.told).toEqual([]);
    expect(cems.take('write')).toBe(true);
    cems.rest();
    await told(his).toEqual(['turn']);
  });

  it('goes to a write that came after a read of the same gateway', async () => {
    const [ann, bob, cem] = [await join(), await join(), await join()];
    const [hers, his, cems] = [ann.turnOf(lane), bob.turnOf(lane), cem.turnOf(lane)];
    hers.take('write');
    await told(hers).toEqual(['turn']);
    hers.take('write');
    his.take('read');
    await settled(bob);
    cems.take('read');
    cems.take('write');
    await settled(ann, bob, cem);
    hers.rest();
    await told(cems).toEqual(['turn']);
    expect(his.told).toEqual([]);
  });

  it('ends two seconds after its gateway heard of the store, by either clock', async () => {
    const ann = await join();
    const turn = ann.turnOf(lane);
    turn.take('read');
    await told(turn).toEqual(['turn']);
    ann.setWallClock(1_999);
    expect(turn.take('read')).toBe(true);
    ann.setWallClock(1);
    expect(turn.take('read')).toBe(false);
    // It was only the wall clock that was set: the store says that nothing has changed.
    await told(turn).toEqual(['turn', 'turn']);
    expect(turn.take('read')).toBe(true);
    ann.setWallClock(-3_600_000);
    await tick(1_500, ann);
    expect(turn.take('read')).toBe(true);
  });

  it('of a gateway that is silent is its own for the two seconds and the orphan hold, and goes to others then', async () => {
    const [ann, bob] = [await join(), await join()];
    const [hers, his] = [ann.turnOf(lane), bob.turnOf(lane)];
    hers.take('write');
    await told(hers).toEqual(['turn']);
    expect(hers.take('write')).toBe(true);
    await tick(500, ann, bob);
    his.take('write');
    // From here on she is silent: her timers do not run.
    await tick(6_500, bob);
    expect(his.told).toEqual([]);
    await tick(1_500, bob);
    await told(his).toEqual(['turn']);
    expect(his.take('write')).toBe(true);
    // When she comes to herself, she knows by her own clocks that she may not send, and then hears that the turn is gone.
    ann.passOut(8_000);
    expect(hers.take('write')).toBe(false);
    await tick(1_000, ann, bob);
    expect(hers.take('write')).toBe(false);
    his.rest();
    await told(hers).toEqual(['turn', 'turn']);
  });

  it('is not taken from a gateway that lives by one that was stopped itself', async () => {
    const [ann, bob] = [await join(), await join()];
    const [hers, his] = [ann.turnOf(lane), bob.turnOf(lane)];
    hers.take('write');
    await told(hers).toEqual(['turn']);
    expect(hers.take('write')).toBe(true);
    await tick(1_000, ann, bob);
    his.take('write');
    await tick(10_000, ann);
    bob.passOut(10_000);
    await tick(1_000, ann, bob);
    expect(his.told).toEqual([]);
    expect(ann.session.isLasting).toBe(true);
  });

  it('passes over gateways that are dead, as long as others wait', async () => {
    const [ann, bob, cem] = [await join(), await join(), await join()];
    const [hers, his, cems] = [ann.turnOf(lane), bob.turnOf(lane), cem.turnOf(lane)];
    hers.take('write');
    await told(hers).toEqual(['turn']);
    hers.take('write');
    his.take('write');
    await settled(ann, bob);
    // The store judges this by its own clock, since no right depends on it: a bit later than it takes to seem dead.
    const deadline = Date.now() + 1_600;
    while (Date.now() < deadline) await tick(500, ann, cem);
    cems.take('write');
    await settled(ann, cem);
    hers.rest();
    await told(cems).toEqual(['turn']);
    expect(his.told).toEqual([]);
  });

  it('is not given on a second time by an order that arrives late', async () => {
    const [ann, bob] = [await join(), await join()];
    const [hers, his] = [ann.turnOf(lane), bob.turnOf(lane)];
    hers.take('write');
    await told(hers).toEqual(['turn']);
    expect(hers.take('write')).toBe(true);
    const { store, session } = ann;
    const names = [keys.epoch, keys.sessions, keys.seen, ...Object.values(keys.lane(lane))];
    const ask = (wanted: string, given: number | '') =>
      store.run('turn', names, [store.runId()!, session.id, lane, wanted, given, keys.channel, 1_500]);
    // As after a connection that broke: the turn is asked for anew, and has another number.
    expect(await ask('write', '')).toEqual(['HELD', 2, '']);
    his.take('write');
    await settled(ann, bob);
    expect(await ask('', 1)).toEqual(['WAITING']);
    expect(his.told).toEqual([]);
    expect(await ask('', 2)).toEqual(['WAITING']);
    await told(his).toEqual(['turn']);
  });

  it('is free at once when its gateway leaves', async () => {
    const [ann, bob] = [await join(), await join()];
    const [hers, his] = [ann.turnOf(lane), bob.turnOf(lane)];
    hers.take('write');
    await told(hers).toEqual(['turn']);
    await ann.session.close();
    his.take('read');
    await told(his).toEqual(['turn']);
  });
});
