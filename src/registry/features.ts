/**
 * The features of protobuf's editions that change the wire or JSON, with their values: the number of a value is its place,
 * from 1. All others (those of one language, `utf8_validation`, `enforce_naming_style`, `default_symbol_visibility`)
 * change neither and are passed over. proto2 and proto3 are what they choose for them.
 * Source: https://protobuf.dev/editions/features/
 */
export const featureValues = {
  fieldPresence: ['EXPLICIT', 'IMPLICIT', 'LEGACY_REQUIRED'],
  enumType: ['OPEN', 'CLOSED'],
  repeatedFieldEncoding: ['PACKED', 'EXPANDED'],
  messageEncoding: ['LENGTH_PREFIXED', 'DELIMITED'],
  jsonFormat: ['ALLOW', 'LEGACY_BEST_EFFORT'],
} as const;

/** The name of a feature in JSON's spelling, e.g. `fieldPresence`. */
export type FeatureName = keyof typeof featureValues;

/** A value for each feature: what holds for a declaration. */
export type Features = { readonly [Name in FeatureName]: (typeof featureValues)[Name][number] };

/** What a declaration chooses by itself; it inherits the rest from what it is declared in. */
export type FeatureChoices = Partial<Features>;

/** The choices of most declarations. */
export const noChoices: FeatureChoices = Object.freeze({});

/** The versions of the language that are understood; a year is an edition. */
export type ProtoSyntax = 'proto2' | 'proto3' | '2023' | '2024';

const edition: Features = Object.freeze({
  fieldPresence: 'EXPLICIT',
  enumType: 'OPEN',
  repeatedFieldEncoding: 'PACKED',
  messageEncoding: 'LENGTH_PREFIXED',
  jsonFormat: 'ALLOW',
});

/** What holds for a file that chooses nothing. */
export const defaultFeatures: Readonly<Record<ProtoSyntax, Features>> = Object.freeze({
  proto2: Object.freeze({
    ...edition,
    enumType: 'CLOSED',
    repeatedFieldEncoding: 'EXPANDED',
    jsonFormat: 'LEGACY_BEST_EFFORT',
  }),
  proto3: Object.freeze({ ...edition, fieldPresence: 'IMPLICIT' }),
  '2023': edition,
  '2024': edition,
});

/** What holds for a declaration inside one for which `outer` holds. */
export function inheritFeatures(outer: Features, own: FeatureChoices): Features {
  return own === noChoices ? outer : { ...outer, ...own };
}

/** A choice, given as a name or a number of the feature's values; undefined when there is no such value. */
export function chooseFeature(name: FeatureName, value: string | number): FeatureChoices | undefined {
  const values: readonly string[] = featureValues[name];
  const chosen = typeof value === 'number' ? values[value - 1] : values.find((known) => known === value);
  return chosen === undefined ? undefined : { [name]: chosen };
}
