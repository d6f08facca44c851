import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';

import { Departure, departureOf, neverAborted } from '../../src/call/call-signal.ts';

describe('a departure', () => {
  it('tells everybody who still listens, once', () => {
    const departure = new Departure();
    const told: string[] = [];
    const leave = () => told.push('left before');
    departure.addEventListener('abort', () => told.push('first'));
    departure.addEventListener('abort', leave);
    departure.addEventListener('abort', () => told.push('last'));
    departure.removeEventListener('abort', leave);
    expect([departure.aborted, told]).toEqual([false, []]);
    departure.abort();
    departure.abort();
    expect([departure.aborted, told]).toEqual([true, ['first', 'last']]);
  });

  it('lets a listener take itself away, and forgets whoever comes late', () => {
    const departure = new Departure();
    const told: string[] = [];
    const other = () => told.push('other');
    const one = () => {
      told.push('one');
      departure.removeEventListener('abort', one);
      departure.addEventListener('abort', other);
    };
    departure.addEventListener('abort', one);
    departure.abort();
    departure.abort();
    expect(told).toEqual(['one']);
  });

  it('takes a thousand listeners without a warning', () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    const departure = new Departure();
    for (let count = 0; count < 1_000; count += 1) departure.addEventListener('abort', () => {});
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

describe('departureOf()', () => {
  const responseOf = (writableFinished: boolean) => Object.assign(new EventEmitter(), { writableFinished });

  it.each([
    ['fires when a connection closes before its answer is out', false],
    ['does not fire when the answer is out', true],
  ])('%s', (_, isFinished) => {
    const response = responseOf(isFinished);
    const signal = departureOf(response as never);
    response.emit('close');
    expect(signal.aborted).toBe(!isFinished);
  });
});

describe('neverAborted', () => {
  it('keeps no listener', () => {
    neverAborted.addEventListener('abort', () => expect.fail('nobody aborts it'));
    expect(neverAborted.aborted).toBe(false);
  });
});
