import type { ExecutionResult } from 'graphql';

import {
  closeJsonWriter,
  createJsonWriter,
  discardJson,
  JsonTooLong,
  type JsonWriter,
  takeJson,
  writeAscii,
} from '../../codec/json/json-writer.ts';
import { WireError } from '../../codec/wire/wire-error.ts';
import { createWireReader } from '../../codec/wire/wire-reader.ts';

import { type AnswerLimits, TooManyValues, tooLong, tooManyValues } from './answer-limits.ts';
import { fillHoles } from './fill-holes.ts';
import { envelopeEnd, envelopeStart, JsonData, stringifyResult } from './json-data.ts';
import { type Filled, type Filling, Irregular } from './plan.ts';
import { type Answer, writeFilled } from './write-answer.ts';

/** Executes a plan: fills its holes, then writes its answer. Rejects with Irregular. */
export async function executePlan(filling: Filling, limits: AnswerLimits): Promise<ExecutionResult> {
  const { plan, context, slices } = filling;
  const root: Filled = { source: undefined, values: new Array(plan.root.holes.length).fill(undefined) };
  try {
    await fillHoles(plan.root, [root], filling, undefined);
  } catch (error) {
    if (error instanceof TooManyValues) return { data: null, errors: [tooManyValues(limits)] };
    throw error;
  }
  const writer = takeWriter(limits.maxResponseBytes);
  const answer: Answer = {
    writer,
    reader: createWireReader(noBytes),
    slices,
    count: filling.count,
    maxErrors: limits.maxErrors,
    errors: [],
    omittedErrors: 0,
    unknownEnumValues: context.unknownEnumValues,
    truncatedOf: filling.truncated,
    truncated: context.truncated,
    rootField: undefined,
  };
  try {
    writeAscii(writer, envelopeStart);
    for (const _ of writeFilled(plan.root, root, answer)) await slices.pause();
    writeAscii(writer, envelopeEnd);
    if (writer.position > limits.maxResponseBytes) throw new JsonTooLong(limits.maxResponseBytes);
    return resultOf(new JsonData(takeJson(writer)), answer);
  } catch (error) {
    discardJson(writer);
    if (error instanceof WireError) throw new Irregular(error.message, true);
    if (error instanceof JsonTooLong) return { data: null, errors: [tooLong(limits, answer.rootField)] };
    if (error instanceof TooManyValues) return { data: null, errors: [tooManyValues(limits, answer.rootField)] };
    throw error;
  } finally {
    returnWriter(writer);
  }
}

const noBytes = Buffer.alloc(0);

function resultOf(data: JsonData, { errors, omittedErrors }: Answer): ExecutionResult {
  return {
    data: data as never,
    ...(errors.length > 0 && { errors }),
    ...(omittedErrors > 0 && { extensions: { omittedErrors } }),
    stringify: stringifyResult,
  } as ExecutionResult;
}

/** Writers that nobody uses: an answer keeps its own until it is written, which may take several turns. */
const idleWriters: JsonWriter[] = [];

/** More are not kept: each holds up to a megabyte. */
const maxIdleWriters = 4;

function takeWriter(maxBytes: number): JsonWriter {
  const writer = idleWriters.pop() ?? createJsonWriter('compact');
  writer.maxBytes = maxBytes;
  return writer;
}

function returnWriter(writer: JsonWriter): void {
  writer.unnamed.length = 0;
  if (idleWriters.length < maxIdleWriters) idleWriters.push(writer);
  else closeJsonWriter(writer);
}
