/**
 * protobuf-go decides by a hash of its own binary how the JSON it writes looks, so that nobody relies on the bytes; one
 * build always decides the same way. `compact` has no white space and begins errors with `proto: `; `spaced` puts a space
 * after every comma between members and elements and begins errors with `proto:` and a no-break space.
 */
export type JsonStyle = 'compact' | 'spaced';

/** What every error text of protobuf-go begins with, by style. */
export const ERROR_PREFIX: Readonly<Record<JsonStyle, string>> = Object.freeze({
  compact: 'proto: ',
  spaced: 'proto:\u00a0',
});
