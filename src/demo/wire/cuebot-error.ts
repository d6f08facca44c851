import { status } from '@grpc/grpc-js';

const EMPTY_RESULT = 'org.springframework.dao.EmptyResultDataAccessException';
const MISSING = 'Incorrect result size: expected 1, actual 0';

/** An error as Cuebot puts it on the wire: a gRPC status number and the text that goes into `grpc-message`. */
export class CuebotError extends Error {
  override readonly name = 'CuebotError';
  readonly code: number;
  /** The exception's own text, where the message repeats it behind the exception's name. */
  readonly reason: string;
  /** The exception with its text, as Java prints it. */
  readonly exception: string;

  constructor(code: number, message: string, reason: string = message, exception: string = message) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.exception = exception;
  }
}

/** INTERNAL with a text of its own, from the few methods that answer an exception themselves. */
export function internalError(message: string): CuebotError {
  return new CuebotError(status.INTERNAL, message);
}

/** FAILED_PRECONDITION, which a switch of Cuebot's configuration turns on. */
export function failedPrecondition(message: string): CuebotError {
  return new CuebotError(status.FAILED_PRECONDITION, message);
}

/** INVALID_ARGUMENT, which one method answers. */
export function invalidArgument(message: string): CuebotError {
  return new CuebotError(status.INVALID_ARGUMENT, message);
}

/** UNIMPLEMENTED, in the words that grpc-java has for a method which is declared and not there. */
export function unimplemented(method: string): CuebotError {
  return new CuebotError(status.UNIMPLEMENTED, `Method ${method} is unimplemented`);
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
  const printed = message === undefined ? exception : `${exception}: ${message}`;
  const reason = message ?? 'null';
  return new CuebotError(status.INTERNAL, `${printed}\n${reason}`, reason, printed);
}

/** The missing row dressed as INTERNAL: what most methods answer for an unknown id. */
export function missingRow(): CuebotError {
  return thrown(EMPTY_RESULT, MISSING);
}

/** Whether an error is a missing row. Job methods say so in their own words, whatever was missing. */
export function isMissingRow(error: unknown): boolean {
  return error instanceof CuebotError && error.message.startsWith(EMPTY_RESULT);
}

/** Two rows where one was expected, for example two limits of one name. */
export function tooManyRows(actual: number): CuebotError {
  return thrown(
    'org.springframework.dao.IncorrectResultSizeDataAccessException',
    `Incorrect result size: expected 1, actual ${actual}`,
  );
}

/** An exception of Cuebot's own, named without its package, as INTERNAL. */
export function cuebotThrown(exception: string, message: string): CuebotError {
  return thrown(`com.imageworks.spcue.${exception}`, message);
}

/** A value that Java code refuses. */
export function illegalArgument(message: string): CuebotError {
  return thrown('java.lang.IllegalArgumentException', message);
}

/** Java code met a null. */
export function nullPointer(): CuebotError {
  return thrown('java.lang.NullPointerException');
}

/** A second row under a unique index. */
export function duplicateKey(statement: string, index: string, key: string): CuebotError {
  return violated(
    'org.springframework.dao.DuplicateKeyException',
    statement,
    `duplicate key value violates unique constraint "${index}"\n  Detail: Key ${key} already exists.`,
  );
}

/** A row names another that is not there. `key` is the column and its value, such as `(pk_frame)=(…)`. */
export function danglingKey(statement: string, table: string, constraint: string, key: string): CuebotError {
  const [, target = ''] = /^\(pk_(\w+)\)/.exec(key) ?? [];
  return violated(
    'org.springframework.dao.DataIntegrityViolationException',
    statement,
    `insert or update on table "${table}" violates foreign key constraint "${constraint}"\n` +
      `  Detail: Key ${key} is not present in table "${target}".`,
  );
}

/** A row cannot go while others name it. */
export function stillReferenced(statement: string, table: string, constraint: string, by: string): CuebotError {
  return violated(
    'org.springframework.dao.DataIntegrityViolationException',
    statement,
    `update or delete on table "${table}" violates foreign key constraint "${constraint}" on table "${by}"\n` +
      `  Detail: Key is still referenced from table "${by}".`,
  );
}

function violated(exception: string, statement: string, reason: string): CuebotError {
  return thrown(
    exception,
    `PreparedStatementCallback; SQL [${statement}]; ERROR: ${reason}; ` +
      `nested exception is org.postgresql.util.PSQLException: ERROR: ${reason}`,
  );
}

/** PostgreSQL refused a value (a NUL byte, a bad regular expression); the text carries the statement, as the real one does. */
export function refusedValue(statement: string, reason: string): CuebotError {
  return violated('org.springframework.dao.DataIntegrityViolationException', statement, reason);
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
