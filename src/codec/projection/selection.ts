import type { EnumDescriptor, FieldDescriptor, MessageDescriptor, Registry } from '../../registry/descriptors.ts';

/** What is wanted of a message, in the order in which it is to be written. */
export interface Selection {
  readonly message: MessageDescriptor;
  readonly members: readonly SelectedMember[];
}

/** One member of the JSON object that a message becomes. */
export interface SelectedMember {
  readonly key: string;
  readonly content: MemberContent;
}

/**
 * What a member holds.
 * `constant`: JSON that is always the same.
 * `field`: a field of the message; its messages as `inner` says, or a well-known type by its ProtoJSON.
 * `map`: a map, as a list of objects.
 * `gap`: whatever the caller writes; `field` is the field that the caller wants to find on the wire for it.
 */
export type MemberContent =
  | { readonly kind: 'constant'; readonly json: string }
  | { readonly kind: 'field'; readonly field: FieldDescriptor; readonly inner: Selection | undefined }
  | { readonly kind: 'map'; readonly field: FieldDescriptor; readonly members: readonly EntryMember[] }
  | { readonly kind: 'gap'; readonly field: FieldDescriptor | undefined };

/** One member of the JSON object that a map's entry becomes. */
export interface EntryMember {
  readonly key: string;
  readonly content:
    | { readonly kind: 'constant'; readonly json: string }
    | { readonly kind: 'key' }
    | { readonly kind: 'value'; readonly inner: Selection | undefined };
}

/** What selections are compiled with. */
export interface ProjectionContext {
  /** Where an Any finds the type it holds. */
  readonly registry: Registry;
  /** The names of an enum's values, in the order of their declaration. */
  readonly enumNames: (type: EnumDescriptor) => readonly string[];
}

/** A step of the way from a projected message to a value in it: a key, or null for whichever element of a list. */
export type Trail = readonly (string | null)[];
