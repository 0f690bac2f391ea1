/**
 * - `port-taken`: another program listens on the port
 * - `setting-invalid`: the data directory is in use, of the other kind of accounts or not writable; or a ready file is
 *   damaged
 * - `setting-missing`: there is no ready file
 */
export type LocalErrorCode = 'port-taken' | 'setting-invalid' | 'setting-missing';

/**
 * A failure of a start or a ready file whose reason the caller can remove. Check `name` and `code`, not the
 * class: a bundled program may contain two copies of it.
 */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  readonly code: LocalErrorCode;

  constructor(code: LocalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
