import { createHash } from 'node:crypto';

/** The service compares it with the bytes that arrive, and refuses those that were damaged on the way. */
export function md5Of(bytes: Uint8Array): Uint8Array {
  return createHash('md5').update(bytes).digest();
}
