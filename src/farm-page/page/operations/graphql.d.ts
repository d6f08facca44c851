/** The text of a file of operations; the bundler makes it one. */
declare module '*.graphql' {
  const operations: string;
  export default operations;
}
