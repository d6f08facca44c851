import { type DocumentNode, GraphQLError, Lexer, type ParseOptions, parse, Source, TokenKind } from 'graphql';

import { badUserInput } from '../execution/bad-user-input.ts';

/** Fields may be far less deep; this is for what stands in arguments, and for what is refused because of its fields. */
const maxNesting = 200;

const opening: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Parses a document of at most `maxTokens` words and punctuators. Parsing descends, and so does all that comes after it, so a
 * text that is thousands of brackets deep would end it by the end of the stack; brackets are counted before.
 *
 * @throws GraphQLError BAD_USER_INPUT for too many brackets in each other, a syntax error for the rest
 */
export function parseDocument(
  text: string | Source,
  options: ParseOptions | undefined,
  maxTokens: number,
): DocumentNode {
  const source = typeof text === 'string' ? new Source(text) : text;
  // It takes two brackets for each level and a word between them, so most texts cannot be that deep.
  if (source.body.length > 2 * maxNesting) assertShallow(source, maxTokens);
  try {
    return parse(source, { ...options, maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError) || !tooManyTokens.test(error.message)) throw error;
    const text = `This document has more than ${maxTokens} words, numbers and punctuators (GRAPHQL_MAX_TOKENS); ask in several steps.`;
    throw badUserInput(text, { reason: 'TOO_MANY_TOKENS', measure: 'tokens', limit: maxTokens });
  }
}

/** What graphql-js says, which has no other sign. */
const tooManyTokens = /^Syntax Error: Document contains more that \d+ tokens/;

function assertShallow(source: Source, maxTokens: number): void {
  const lexer = new Lexer(source);
  let depth = 0;
  for (let tokens = 0; tokens <= maxTokens; tokens++) {
    const { kind } = lexer.advance();
    if (kind === TokenKind.EOF) return;
    if (opening.has(kind)) depth += 1;
    else if (closing.has(kind)) depth -= 1;
    if (depth > maxNesting) {
      const text = `This document has brackets nested more than ${maxNesting} deep; ask in several steps.`;
      throw badUserInput(text, { reason: 'TOO_DEEP', measure: 'nesting', limit: maxNesting });
    }
  }
}
