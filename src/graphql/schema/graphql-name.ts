/**
 * A legal GraphQL name (https://spec.graphql.org/October2021/#Name) that is the text itself wherever possible. Protobuf
 * identifiers nearly always are legal; explicit `json_name`s and leading double underscores, which GraphQL reserves for
 * introspection, are not.
 */
export function toGraphqlName(text: string): string {
  const legal = text.replace(/[^_0-9A-Za-z]/g, '_').replace(/^__+/, '_');
  return /^[_A-Za-z]/.test(legal) ? legal : `_${legal}`;
}

/** A legal name of an enum value: these three are literals of GraphQL, and take a trailing underscore. */
export function toEnumValueName(text: string): string {
  return text === 'true' || text === 'false' || text === 'null' ? `${text}_` : toGraphqlName(text);
}

/** `get_jobs` and `getJobs` → `GetJobs`; `bookshop.v1.Book` → `BookshopV1Book`. */
export function toPascalCase(text: string): string {
  return text
    .split(/[._]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** `RenderPartition` → `renderPartition`; an acronym in front goes down as a whole: `RQDReport` → `rqdReport`. */
export function toCamelCase(text: string): string {
  return toPascalCase(text).replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (head) => head.toLowerCase());
}
