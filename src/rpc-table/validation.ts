import type { FieldDescriptor, MethodDescriptor } from '../registry/descriptors.ts';

/** Steps from a request to one of its fields, outermost first. */
export type FieldPath = readonly FieldDescriptor[];

/** Something that the requests of an RPC must be before they are sent. */
export type Validation =
  /** A string must not be empty. */
  | (ValidationBase & { readonly kind: 'filled'; readonly field: FieldPath; readonly surfaces: ValidatedSurfaces })
  /** Criteria must narrow something, unless callers say that they mean everything. */
  | (ValidationBase & {
      readonly kind: 'bounded';
      readonly field: FieldPath;
      /** Fields of the criteria that narrow nothing, by JSON name. */
      readonly apart: ReadonlySet<string>;
      readonly surfaces: ValidatedSurfaces;
    })
  /** A time in epoch seconds must not be longer ago than this. */
  | (ValidationBase & { readonly kind: 'recent'; readonly field: FieldPath; readonly seconds: number })
  /** No string may hold U+0000. */
  | (ValidationBase & { readonly kind: 'no-nul' })
  /** A name must not be there yet. */
  | (ValidationBase & { readonly kind: 'unique'; readonly field: FieldPath; readonly lookUp: NameLookUp })
  /** A string must be a job spec that is safe to pass on. */
  | (ValidationBase & {
      readonly kind: 'job-spec';
      readonly field: FieldPath;
      /** The smallest user id that a spec may ask for. */
      readonly minUid: number;
      /** The grant that submitting for somebody else takes. */
      readonly grant: string;
    });

interface ValidationBase {
  /** What would happen without it, as a sentence without a full stop; callers are told. */
  readonly why: string;
}

/** The argument by which a GraphQL caller says that empty criteria are meant. */
export const everythingArgument = 'all';

/** Whose requests are validated: REST stays transparent where its clients may count on what the upstream does. */
export type ValidatedSurfaces = 'all' | 'graphql';

/** How to find out whether a name is taken. */
export interface NameLookUp {
  readonly method: MethodDescriptor;
  /** `by`: takes the name there and answers OK when it is taken. `in`: answers a list of all names there. JSON names. */
  readonly where: { readonly by: string } | { readonly in: string };
  readonly spelling: NameSpelling;
}

/** How the upstream spells a name before it stores it: as it is, or in lower case with underscores for dashes. */
export type NameSpelling = 'exact' | 'lower-case-underscores';
