import type { MessageDescriptor } from '../../registry/descriptors.ts';

import type { WireType } from '../wire/scalar-types.ts';
import type { WireWriter } from '../wire/wire-writer.ts';
import type { NameTable } from './json-names.ts';
import type { JsonReader } from './json-reader.ts';
import type { ReadKey, ReadScalar } from './json-scalars.ts';

/** How a message type is read from JSON; compiled once per type. */
export interface MessagePlan {
  readonly message: MessageDescriptor;
  /** In declaration order. */
  readonly fields: readonly FieldPlan[];
  /** By JSON name, then by proto name. */
  readonly names: NameTable<FieldPlan>;
  /** How many words of bits say which fields and oneofs a message has seen. */
  readonly seenWords: number;
  /** Present for the types that have a JSON form of their own. */
  readonly wellKnown: BeginMessage | undefined;
}

/**
 * Writes the content of the message whose JSON comes next, or pushes a container onto the transcoder's stack that does.
 * Either way `closes` length-delimited values are closed behind it. `level` counts the open messages, this one included.
 */
export type BeginMessage = (transcoder: Transcoder, closes: number, level: number) => void;

/** How a field is read. */
export interface FieldPlan extends SeenPlace {
  readonly jsonName: string;
  /** The JSON name in quotation marks, as it mostly stands in texts. */
  readonly nameToken: Uint8Array;
  /** Of the field in its message. */
  readonly index: number;
  readonly tag: number;
  readonly container: 'singular' | 'repeated' | 'map';
  /** False where null is not a value but means that the field is not set. */
  readonly takesNull: boolean;
  readonly oneof: OneofPlan | undefined;
  /** Present exactly for maps. */
  readonly key: KeyPlan | undefined;
  /** Of the value, an element or a map's values, when they are scalars or enums. */
  readonly scalar: ScalarPlan | undefined;
  /** Of the value, an element or a map's values, when they are messages. */
  readonly message: MessagePlan | undefined;
}

/** How the scalars or enums of a field are read. */
export interface ScalarPlan {
  /** As protobuf-go calls it in errors, e.g. `int32`, `enum`. */
  readonly typeName: string;
  readonly read: ReadScalar;
  /** Reads the field, container and all. */
  readonly readField: ReadField;
  readonly wireType: WireType;
  /** Whether zero is written, too. */
  readonly explicit: boolean;
  /** Whether the elements of a list stand together, without tags. */
  readonly packed: boolean;
}

/** The keys of a map. */
export interface KeyPlan {
  readonly typeName: string;
  readonly read: ReadKey;
  readonly tag: number;
  readonly wireType: WireType;
}

/** A oneof, for the rule that only one of its members may be set. */
export interface OneofPlan extends SeenPlace {
  readonly fullName: string;
}

/** Which bit says that a field or oneof has been seen. */
export interface SeenPlace {
  readonly seenWord: number;
  readonly seenBit: number;
}

/**
 * Reads a field of scalars; the plans are those that the function is part of. True: it is long, and what is left of it is read
 * when the transcoder goes on.
 */
export type ReadField = (transcoder: Transcoder, frame: Frame, field: FieldPlan, scalar: ScalarPlan) => boolean;

/** Finds the plan of the type that an Any names; undefined when there is no such type. */
export type ResolvePlan = (fullName: string) => MessagePlan | undefined;

/** A container that is open: a message, a list of messages, or a map of messages. */
export interface Frame {
  /** Reads on until another container has begun or this one has ended. */
  readonly step: (transcoder: Transcoder, frame: Frame) => void;
  /** Of the message; of the list's elements; of the map's values. */
  readonly plan: MessagePlan;
  /** In front of each element or entry. */
  readonly tag: number;
  /** Present exactly for maps. */
  readonly key: KeyPlan | undefined;
  /** How many length-delimited values end with it. */
  readonly closes: number;
  /** How many messages are open here. */
  readonly level: number;
  readonly seenFrom: number;
  /** The index of the field that a message's next member is likely to be: texts are mostly in declaration order. */
  likely: number;
  /** What identifies the map's entries so far. */
  readonly keys: Set<string> | undefined;
  /** Present exactly for what is left of something long: reads some of it; true at its end. */
  readonly goOn: (() => boolean) | undefined;
  /** What comes behind it. */
  readonly andThen: (() => void) | undefined;
}

/**
 * Turns one JSON value into the wire form of one message: what the plans' functions may ask of the transcoder that runs
 * them. It keeps the open containers on a stack of its own.
 */
export interface Transcoder {
  readonly reader: JsonReader;
  readonly writer: WireWriter;
  readonly resolve: ResolvePlan;
  /** Begins the message whose JSON comes next; see `BeginMessage`. */
  begin(plan: MessagePlan, closes: number, level: number): void;
  /** Begins a message that is a JSON object, with a step of the caller's choice and the keys that it may need. */
  beginObject(plan: MessagePlan, step: Frame['step'], closes: number, level: number, keys: Frame['keys']): void;
  /** Begins the list of a repeated message field; its elements are messages of level `level + 1`. */
  beginList(field: FieldPlan, closes: number, level: number): void;
  /** Begins the map of a field whose values are messages, of level `level + 1`. */
  beginMap(field: FieldPlan, closes: number, level: number): void;
  /** Has something long be read bit by bit; `goOn` reads some of it, and says whether it is at its end. Then comes `andThen`. */
  beginLong(within: Pick<Frame, 'plan' | 'level'>, goOn: () => boolean, andThen?: () => void): void;
  /** Tells where the `@type` of the object that comes next stands; undefined when it has none. Throws JsonError. */
  findType(within: Pick<Frame, 'plan' | 'level'>, found: (typeAt: number | undefined) => void): void;
  /** Leaves the innermost container, whose closing bracket has been read. */
  end(): void;
  /** Closes as many length-delimited values. */
  close(count: number): void;
  /** Sets a seen bit of an open message; false when it was set before. */
  see(frame: Frame, place: SeenPlace): boolean;
}
