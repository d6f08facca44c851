import { status } from '@grpc/grpc-js';

const MISSING = 'Incorrect result size: expected 1, actual 0';

/** An error as Cuebot puts it on the wire: a gRPC status number and the text that goes into `grpc-message`. */
export class CuebotError extends Error {
  override readonly name = 'CuebotError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** NOT_FOUND as the few methods say it that look for exactly this case (every `Find…`/`Get…` by key, bar a handful). */
export function notFound(message: string = MISSING): CuebotError {
  return new CuebotError(status.NOT_FOUND, message);
}

/**
 * INTERNAL as Cuebot's interceptor makes it of an exception that nobody caught: the exception's `toString()`, a newline,
 * and its message again. An exception without a message prints no colon, and its message is the word `null`.
 */
export function thrown(exception: string, message?: string): CuebotError {
  const text = message === undefined ? `${exception}\nnull` : `${exception}: ${message}\n${message}`;
  return new CuebotError(status.INTERNAL, text);
}

/** The missing row dressed as INTERNAL: what most methods answer for an unknown id. */
export function missingRow(): CuebotError {
  return thrown('org.springframework.dao.EmptyResultDataAccessException', MISSING);
}

/** Two rows where one was expected, for example two limits of one name. */
export function tooManyRows(actual: number): CuebotError {
  return thrown(
    'org.springframework.dao.IncorrectResultSizeDataAccessException',
    `Incorrect result size: expected 1, actual ${actual}`,
  );
}

/** PostgreSQL refused a value (a NUL byte, a bad regular expression); the text carries the statement, as the real one does. */
export function refusedValue(statement: string, reason: string): CuebotError {
  return thrown(
    'org.springframework.dao.DataIntegrityViolationException',
    `PreparedStatementCallback; SQL [${statement}]; ERROR: ${reason}; ` +
      `nested exception is org.postgresql.util.PSQLException: ERROR: ${reason}`,
  );
}

/** PostgreSQL could not parse a statement that a criterion was pasted into. */
export function brokenStatement(statement: string, near: string): CuebotError {
  const reason = `syntax error at or near "${near}"`;
  return thrown(
    'org.springframework.jdbc.BadSqlGrammarException',
    `PreparedStatementCallback; bad SQL grammar [${statement}]; ` +
      `nested exception is org.postgresql.util.PSQLException: ERROR: ${reason}`,
  );
}
