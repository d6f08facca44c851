import { describe, expect, it } from 'vitest';

import { compileTextField } from '../../../src/codec/wire/text-field.ts';
import { WireError } from '../../../src/codec/wire/wire-error.ts';
import type { FieldDescriptor } from '../../../src/registry/descriptors.ts';
import { close, open, registry } from '../../pipeline/validation/single-interceptor.ts';

const { input } = registry.methods.get('job.JobInterface/AddComment')!;
const field = (message: typeof input, name: string) => message.fields.find((each) => each.name === name)!;
const newComment = field(input, 'new_comment');
const { message: comment } = newComment.type as Extract<FieldDescriptor['type'], { kind: 'message' }>;
const path = [newComment, field(comment, 'user')];
const user = compileTextField(path);

/** Does the work, and counts its steps. */
function finish<Result>(work: Iterator<void, Result, void>): { readonly result: Result; readonly steps: number } {
  for (let steps = 0; ; steps += 1) {
    const step = work.next();
    if (step.done === true) return { result: step.value, steps };
  }
}
const request = (value: unknown) => Buffer.from(close(input)(value));
const many = (count: number, ...bytes: readonly number[]) => Buffer.alloc(count * bytes.length, Buffer.from(bytes));
/** `new_comment`, with a comment of this many bytes. */
const commentHead = (length: number) =>
  Buffer.from([0x12, 0x80 | (length % 0x80), 0x80 | ((length >> 7) % 0x80), length >> 14]);

describe('compileTextField()', () => {
  it.each([
    ['nothing', Buffer.alloc(0), ''],
    ['a message without it', request({ newComment: { message: 'm' } }), ''],
    ['one', request({ newComment: { user: 'bob' } }), 'bob'],
    [
      'two, of which the last holds',
      Buffer.concat([request({ newComment: { user: 'bob' } }), request({ newComment: { user: 'eve' } })]),
      'eve',
    ],
    [
      'one, and a part without it behind',
      Buffer.concat([request({ newComment: { user: 'bob' } }), request({ newComment: { message: 'm' } })]),
      'bob',
    ],
    [
      'one that stands in a group',
      Buffer.concat([Buffer.from([0x7b]), request({ newComment: { user: 'bob' } }), Buffer.from([0x7c])]),
      '',
    ],
  ])('reads %s', (_, wire, text) => {
    expect(finish(user.read(wire)).result).toBe(text);
  });

  it('appends it with all that its message held, in as many parts as it came', () => {
    const wire = Buffer.concat([
      request({ job: { id: 'j' }, newComment: { user: 'bob', subject: 'late' } }),
      request({ newComment: { message: 'very' } }),
      request({ newComment: { subject: 'too late' } }),
    ]);
    const { result } = finish(user.append(wire, 'ann'));
    expect(result.subarray(0, wire.length)).toEqual(wire);
    const whole = { subject: 'too late', message: 'very', user: 'ann' };
    expect(open(input)(result)).toMatchObject({ job: { id: 'j' }, newComment: whole });
    // What was added says it by itself, for readers that do not merge.
    expect(open(input)(result.subarray(wire.length))).toMatchObject({ newComment: whole });
  });

  it('appends it to a request that says nothing', () => {
    const { result } = finish(user.append(Buffer.alloc(0), 'ann'));
    expect(result).toEqual(request({ newComment: { user: 'ann' } }));
  });

  it('writes lengths of any size', () => {
    const message = 'x'.repeat(300_000);
    const { result } = finish(user.append(request({ newComment: { message } }), 'ann'));
    expect(open(input)(result)).toMatchObject({ newComment: { message, user: 'ann' } });
  });

  it.each([
    ['unknown fields', many(100_000, 0x78, 0x01)],
    ['unknown fields in a group', Buffer.concat([Buffer.from([0x7b]), many(100_000, 0x78, 0x01), Buffer.from([0x7c])])],
    ['parts of the message', many(100_000, 0x12, 0x02, 0x10, 0x01)],
    ['empty parts of the message', many(100_000, 0x12, 0x00)],
  ])('passes over many %s in steps', (_, wire) => {
    expect(finish(user.read(wire)).steps).toBeGreaterThan(40);
    const { result, steps } = finish(user.append(wire, 'ann'));
    expect(steps).toBeGreaterThan(40);
    expect(finish(user.read(result)).result).toBe('ann');
  });

  it('copies what is in the message as it is', () => {
    const wire = Buffer.concat([commentHead(200_000), many(100_000, 0x10, 0x01)]);
    expect(finish(user.read(wire)).steps).toBeGreaterThan(40);
    expect(finish(user.read(finish(user.append(wire, 'ann')).result)).result).toBe('ann');
  });

  it.each([
    ['a length beyond the end', [0x12, 0x05, 0x01]],
    ['a value beyond the end', [0x79, 0x01]],
    ['a group without an end', [0x7b]],
    ['the end of another group', [0x7b, 0x74]],
  ])('throws for %s', (_, bytes) => {
    expect(() => finish(user.append(Buffer.from(bytes), 'ann'))).toThrow(WireError);
    expect(() => finish(user.read(Buffer.from(bytes)))).toThrow(WireError);
  });
});
