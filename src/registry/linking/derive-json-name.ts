/**
 * The JSON name of a field without an explicit `json_name`, by protoc's rule: every underscore goes, the ASCII lower-case
 * letter right after it becomes upper case, nothing else changes. (protobufjs' own rule differs for `_lead` and `x__1a`.)
 * Source: https://protobuf.dev/programming-guides/json/#field-names
 */
export function deriveJsonName(name: string): string {
  return name.replace(/_+([a-z]?)/g, (_, letter: string) => letter.toUpperCase());
}
