import { createHash } from 'node:crypto';

import { type Destination, fitnesses } from './destination.ts';

/** The fittest of those that are left; empty where none can take a call. */
export function fittest(destinations: Iterable<Destination>, except: Destination | undefined): readonly Destination[] {
  let [best, found] = [fitnesses.indexOf('unfit'), [] as Destination[]];
  for (const destination of destinations) {
    const place = fitnesses.indexOf(destination.fitness());
    if (destination === except || place > best || fitnesses[place] === 'unfit') continue;
    if (place < best) [best, found] = [place, []];
    found.push(destination);
  }
  return found;
}

/**
 * The one that a key belongs to, by rendezvous hashing: every gateway finds the same one, and when one leaves or comes, only its
 * own keys move. https://en.wikipedia.org/wiki/Rendezvous_hashing
 */
export function chooseByKey(destinations: readonly Destination[], key: string): Destination | undefined {
  let [highest, chosen]: [number, Destination | undefined] = [-1, undefined];
  for (const destination of destinations) {
    const digest = createHash('sha256').update(`${destination.name}\n${key}`).digest();
    const weight = digest.readUIntBE(0, 6);
    if (weight > highest) [highest, chosen] = [weight, destination];
  }
  return chosen;
}

/**
 * The one where a call is soonest its turn: where the lane is free, else where fewest wait; without a lane, and among equals,
 * where fewest calls are under way. Equals take turns: `turn` grows with each call.
 */
export function chooseByLoad(
  destinations: readonly Destination[],
  lane: string | undefined,
  turn: number,
): Destination | undefined {
  let [least, leastUnderWay] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let chosen: Destination | undefined;
  for (let step = 0; step < destinations.length; step += 1) {
    const destination = destinations[(turn + step) % destinations.length]!;
    const load = lane === undefined ? 0 : destination.loadOf(lane);
    if (load > least || (load === least && destination.underWay >= leastUnderWay)) continue;
    [least, leastUnderWay, chosen] = [load, destination.underWay, destination];
  }
  return chosen;
}
