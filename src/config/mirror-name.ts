import { BlobmirrorError } from '../model/errors.ts';
import { DEFAULT_NAME, isMirrorName } from '../model/mirror-id.ts';
import { type Environment, readOptional } from './environment.ts';

const NAME = 'BLOBMIRROR_NAME';

/** @throws BlobmirrorError `setting-invalid` */
export function readMirrorName(env: Environment): string {
  const text = readOptional(env, NAME) ?? DEFAULT_NAME;
  if (isMirrorName(text)) return text;
  throw new BlobmirrorError(
    'setting-invalid',
    `${NAME} is ${JSON.stringify(text)}; it should be at most 32 lower-case letters, digits and single hyphens between them`,
  );
}
