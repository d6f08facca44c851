/** A JSON value of any form, an answer as a rule: tests reach deep into what they expect there. */
// biome-ignore lint/suspicious/noExplicitAny: a test that reaches into another form fails, which is its purpose.
export type Json = any;
