import { type AnyType, findAnyTypes } from './json-any-types.ts';
import {
  OPEN_ARRAY,
  OPEN_OBJECT,
  readOpening,
  stepElements,
  stepEntries,
  stepLong,
  stepMembers,
} from './json-frames.ts';
import type { FieldPlan, Frame, MessagePlan, ResolvePlan, SeenPlace, Transcoder } from './json-plan.ts';
import { type JsonReader, MAX_MESSAGE_DEPTH } from './json-reader.ts';
import type { WireWriter } from '../wire/wire-writer.ts';

/** How many elements or members, or bytes of them, are read before others may have their turn. */
const STEPS_PER_LOOK = 64;
const BYTES_PER_LOOK = 256 * 1024;

/**
 * Turns one JSON value into the wire form of one message, in a single pass and without a message object. Containers that
 * are still open stand on a stack of its own: a body may nest ten thousand deep, which no call stack bears.
 */
export class JsonTranscoder implements Transcoder {
  readonly reader: JsonReader;
  readonly writer: WireWriter;
  readonly resolve: ResolvePlan;
  readonly #frames: Frame[] = [];
  /** The seen bits of all open messages; each message's begin at its frame's `seenFrom`. */
  readonly #seen: number[] = [];
  #seenEnd = 0;
  /** The types of the objects inside the Any that was met last outside of any other, which ends at `#anyTypesEnd`. */
  #anyTypes: ReadonlyMap<number, AnyType> = new Map();
  #anyTypesEnd = 0;

  constructor(reader: JsonReader, writer: WireWriter, resolve: ResolvePlan) {
    this.reader = reader;
    this.writer = writer;
    this.resolve = resolve;
  }

  /** Writes the message's content, without a length in front. Throws JsonError. */
  run(plan: MessagePlan): void {
    this.begin(plan, 0, 1);
    const frames = this.#frames;
    while (frames.length > 0) {
      const frame = frames[frames.length - 1]!;
      frame.step(this, frame);
    }
  }

  /** The same, but stops now and then. */
  *runInSteps(plan: MessagePlan): Generator<void> {
    this.begin(plan, 0, 1);
    const frames = this.#frames;
    let looked = this.reader.position;
    for (let steps = 1; frames.length > 0; steps += 1) {
      const frame = frames[frames.length - 1]!;
      frame.step(this, frame);
      const isShort = frame.goOn === undefined && this.reader.position - looked < BYTES_PER_LOOK;
      if (isShort && steps % STEPS_PER_LOOK > 0) continue;
      looked = this.reader.position;
      yield;
    }
  }

  begin(plan: MessagePlan, closes: number, level: number): void {
    if (level > MAX_MESSAGE_DEPTH) throw this.reader.tooDeep();
    if (plan.wellKnown === undefined) this.beginObject(plan, stepMembers, closes, level, undefined);
    else plan.wellKnown(this, closes, level);
  }

  beginObject(plan: MessagePlan, step: Frame['step'], closes: number, level: number, keys: Frame['keys']): void {
    readOpening(this.reader, OPEN_OBJECT);
    const seenFrom = this.#seenEnd;
    for (let word = 0; word < plan.seenWords; word++) this.#seen[this.#seenEnd++] = 0;
    this.#frames.push({
      step,
      plan,
      tag: 0,
      key: undefined,
      closes,
      level,
      seenFrom,
      likely: 0,
      keys,
      goOn: undefined,
      andThen: undefined,
    });
  }

  beginList({ message, tag }: FieldPlan, closes: number, level: number): void {
    readOpening(this.reader, OPEN_ARRAY);
    const seenFrom = this.#seenEnd;
    this.#frames.push({
      step: stepElements,
      plan: message!,
      tag,
      key: undefined,
      closes,
      level,
      seenFrom,
      likely: 0,
      keys: undefined,
      goOn: undefined,
      andThen: undefined,
    });
  }

  beginMap({ message, tag, key }: FieldPlan, closes: number, level: number): void {
    readOpening(this.reader, OPEN_OBJECT);
    const keys = new Set<string>();
    this.#frames.push({
      step: stepEntries,
      plan: message!,
      tag,
      key,
      closes,
      level,
      seenFrom: this.#seenEnd,
      likely: 0,
      keys,
      goOn: undefined,
      andThen: undefined,
    });
  }

  beginLong({ plan, level }: Pick<Frame, 'plan' | 'level'>, goOn: () => boolean, andThen?: () => void): void {
    this.#frames.push({
      step: stepLong,
      plan,
      tag: 0,
      key: undefined,
      closes: 0,
      level,
      seenFrom: this.#seenEnd,
      likely: 0,
      keys: undefined,
      goOn,
      andThen,
    });
  }

  findType(within: Pick<Frame, 'plan' | 'level'>, found: (typeAt: number | undefined) => void): void {
    const { reader } = this;
    const start = reader.position;
    const tell = () => {
      reader.position = start;
      const type = this.#anyTypes.get(start);
      if (type?.problem !== undefined) throw reader.error(type.at, type.problem);
      found(type?.at);
    };
    if (start < this.#anyTypesEnd) {
      tell();
      return;
    }
    const search = findAnyTypes(reader, MAX_MESSAGE_DEPTH - within.level);
    const goOn = () => {
      const { done, value } = search.next();
      if (done !== true) return false;
      this.#anyTypes = value;
      this.#anyTypesEnd = reader.position;
      return true;
    };
    // Most are short, and found at once.
    if (goOn()) tell();
    else this.beginLong(within, goOn, tell);
  }

  end(): void {
    const frame = this.#frames.pop()!;
    this.#seenEnd = frame.seenFrom;
    this.close(frame.closes);
  }

  close(count: number): void {
    for (let index = 0; index < count; index++) this.writer.close();
  }

  see({ seenFrom }: Frame, { seenWord, seenBit }: SeenPlace): boolean {
    const bits = this.#seen[seenFrom + seenWord]!;
    this.#seen[seenFrom + seenWord] = bits | seenBit;
    return (bits & seenBit) === 0;
  }
}
