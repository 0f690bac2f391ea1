/**
 * - `port-taken`: another program listens on the port
 * - `setting-invalid`: the data directory is in use, of the other kind of accounts or not writable; or a ready file is
 *   damaged
 * - `setting-missing`: there is no ready file
 */
export type LocalErrorCode = 'port-taken' | 'setting-invalid' | 'setting-missing';

/**
 * A start or a ready file that failed for a reason that the caller can remove. Check `name` and `code`, not the class: a
 * program that is bundled may meet two copies of it.
 */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  readonly code: LocalErrorCode;

  constructor(code: LocalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
