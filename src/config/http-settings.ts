import { isIP } from 'node:net';
import { BlobmirrorError } from '../model/errors.ts';
import { type Environment, readOptional, shown } from './environment.ts';

/** How `blobmirror worker` serves HTTP. Unused in Azure Functions. */
export interface HttpSettings {
  /** The address that it listens on. */
  readonly host: string;
  /** Requests need it unless the address is a loopback address. */
  readonly key: string | undefined;
}

const LOOPBACK = '127.0.0.1';
/** Long enough not to be guessed, and valid in a header. */
const KEY = /^[\x21-\x7e]{24,}$/;

/** @throws BlobmirrorError `setting-invalid` */
export function readHttpSettings(env: Environment): HttpSettings {
  const host = readOptional(env, 'BLOBMIRROR_HTTP_HOST') ?? LOOPBACK;
  if (isIP(host) === 0) {
    throw new BlobmirrorError(
      'setting-invalid',
      `BLOBMIRROR_HTTP_HOST is ${shown(host)}; it should be an IP address; 0.0.0.0 means all addresses of this machine`,
    );
  }
  const key = readOptional(env, 'BLOBMIRROR_HTTP_KEY');
  if (key !== undefined && !KEY.test(key)) {
    throw new BlobmirrorError(
      'setting-invalid',
      'BLOBMIRROR_HTTP_KEY is too short or has invalid characters; it should be at least 24 random characters of printable ASCII without blanks',
    );
  }
  return { host, key };
}
