import type * as local from '@blobmirror/local';
import { BlobmirrorError } from '../model/errors.ts';

/**
 * The embedded environment. It is a separate package, since it brings Azurite, which a worker does not need.
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

/** False when a dependency of the package is missing: then installing the package again does not help. */
function isNotInstalled(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes("package '@blobmirror/local'")
  );
}

/** By name: the class of the installed package is not the one that is bundled with the command. */
function isLocalError(error: unknown): error is local.LocalError {
  return error instanceof Error && error.name === 'LocalError';
}

/** Phrases in its messages, and the words of the command line for them. */
const WORDS = [
  ['the data directory ', '--data '],
  ['set hierarchical to true', 'add --hns'],
  ['set hierarchical to false', 'leave --hns out'],
] as const;

/**
 * Converts an error of the embedded environment to one of ours with the same code; returns any other as it
 * is.
 */
export function fromLocalError(error: unknown): unknown {
  if (!isLocalError(error)) return error;
  const message = WORDS.reduce((text, [words, ours]) => text.replace(words, ours), error.message);
  return new BlobmirrorError(error.code, message, { cause: error });
}
