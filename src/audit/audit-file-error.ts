import { UserError } from '../errors/user-error.ts';

/** A file of the audit cannot be used: the one that is written, its lock, its key, or what is to be compared with it. */
export class AuditFileError extends UserError {
  override readonly name = 'AuditFileError';
}
