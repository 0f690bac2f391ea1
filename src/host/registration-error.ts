import { BlobmirrorError } from '../model/errors.ts';

/** A registration that cannot be run as it is written. The set-up is wrong, so the start stops with this one line. */
export function registrationError(message: string, cause?: unknown): BlobmirrorError {
  return new BlobmirrorError('setting-invalid', message, cause === undefined ? {} : { cause });
}
