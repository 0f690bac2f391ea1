import { isIP } from 'node:net';
import { BlobmirrorError } from '../model/errors.ts';
import { type Environment, readOptional } from './environment.ts';

/** How the worker's own host serves HTTP. In Azure Functions nobody asks. */
export interface HttpSettings {
  /** The address that it listens on. */
  readonly host: string;
  /** What a request has to bring where the address is not of the loopback interface. */
  readonly key: string | undefined;
}

const LOOPBACK = '127.0.0.1';
/** What cannot be guessed and fits a header. */
const KEY = /^[\x21-\x7e]{24,}$/;

/** @throws BlobmirrorError `setting-invalid` */
export function readHttpSettings(env: Environment): HttpSettings {
  const host = readOptional(env, 'BLOBMIRROR_HTTP_HOST') ?? LOOPBACK;
  if (isIP(host) === 0) {
    throw new BlobmirrorError(
      'setting-invalid',
      `BLOBMIRROR_HTTP_HOST is ${JSON.stringify(host)}; it should be an IP address, 0.0.0.0 for all of this machine`,
    );
  }
  const key = readOptional(env, 'BLOBMIRROR_HTTP_KEY');
  if (key !== undefined && !KEY.test(key)) {
    throw new BlobmirrorError(
      'setting-invalid',
      'BLOBMIRROR_HTTP_KEY is too short or holds a blank; it should be 24 characters of ASCII or more, drawn by lot',
    );
  }
  return { host, key };
}
