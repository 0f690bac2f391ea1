import type * as local from '@blobmirror/local';
import { BlobmirrorError } from '../model/errors.ts';

/**
 * The embedded environment. It is a package of its own, since it brings Azurite, which a worker has no use for.
 *
 * @throws BlobmirrorError `local-not-installed`
 */
export async function loadLocal(): Promise<typeof local> {
  try {
    return await import('@blobmirror/local');
  } catch (cause) {
    if (!isNotInstalled(cause)) throw cause;
    throw new BlobmirrorError(
      'local-not-installed',
      'the embedded environment is the package @blobmirror/local, which is not installed',
      { cause },
    );
  }
}

/** Not when a package is missing that it needs itself: to install it again is no help then. */
function isNotInstalled(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes("package '@blobmirror/local'")
  );
}

/** By its name: the class of the installed package is not the one that is bundled with the command. */
function isLocalError(error: unknown): error is local.LocalError {
  return error instanceof Error && error.name === 'LocalError';
}

/** What its messages say, and what a user of the command line knows it as. */
const WORDS = [
  ['the data directory ', '--data '],
  ['set hierarchical to true', 'add --hns'],
  ['set hierarchical to false', 'leave --hns out'],
  ['is not a ready file of the environment', 'is not a file that "npm start" wrote'],
  [
    'it is written once the environment is ready, and removed when the environment stops',
    '"npm start" writes it once it is ready, and removes it when it ends',
  ],
] as const;

/** An error of the embedded environment as one of ours, with the same code; any other as it is. */
export function fromLocalError(error: unknown): unknown {
  if (!isLocalError(error)) return error;
  const message = WORDS.reduce((text, [words, ours]) => text.replace(words, ours), error.message);
  return new BlobmirrorError(error.code, message, { cause: error });
}
