import type { ScalarType } from '../../registry/descriptors.ts';

/** The wire types of https://protobuf.dev/programming-guides/encoding/#structure; groups have none of their own here. */
export const WIRE_TYPE = Object.freeze({
  varint: 0,
  fixed64: 1,
  bytes: 2,
  startGroup: 3,
  endGroup: 4,
  fixed32: 5,
});

/** One of the four wire types that a field's value can have. */
export type WireType = 0 | 1 | 2 | 5;

/** What both directions of the codec must know about a scalar type. */
export interface ScalarFacts {
  readonly wireType: WireType;
  /** Whether a repeated field may arrive as one run of bytes. */
  readonly packable: boolean;
  /** The JSON of its zero. */
  readonly zeroJson: string;
}

/** The one table of scalar types: wire and JSON forms by https://protobuf.dev/programming-guides/json/. */
export const SCALAR_TYPES: Readonly<Record<ScalarType, ScalarFacts>> = Object.freeze({
  double: { wireType: 1, packable: true, zeroJson: '0' },
  float: { wireType: 5, packable: true, zeroJson: '0' },
  int32: { wireType: 0, packable: true, zeroJson: '0' },
  int64: { wireType: 0, packable: true, zeroJson: '"0"' },
  uint32: { wireType: 0, packable: true, zeroJson: '0' },
  uint64: { wireType: 0, packable: true, zeroJson: '"0"' },
  sint32: { wireType: 0, packable: true, zeroJson: '0' },
  sint64: { wireType: 0, packable: true, zeroJson: '"0"' },
  fixed32: { wireType: 5, packable: true, zeroJson: '0' },
  fixed64: { wireType: 1, packable: true, zeroJson: '"0"' },
  sfixed32: { wireType: 5, packable: true, zeroJson: '0' },
  sfixed64: { wireType: 1, packable: true, zeroJson: '"0"' },
  bool: { wireType: 0, packable: true, zeroJson: 'false' },
  string: { wireType: 2, packable: false, zeroJson: '""' },
  bytes: { wireType: 2, packable: false, zeroJson: '""' },
});
