// The whole of it: an older Node, which is refused with a sentence, lacks the function, and could not load this.
import nodeModule from 'node:module';
import type * as local from '@blobmirror/local';
import { BlobmirrorError } from '../model/errors.ts';

const NAME = '@blobmirror/local';

/**
 * The embedded environment. It is a separate package, since it brings Azurite, which a worker does not need.
 *
 * @throws BlobmirrorError `local-not-installed`
 */
export async function loadLocal(): Promise<typeof local> {
  try {
    return await import('@blobmirror/local');
  } catch (cause) {
    const missing = missingModule(cause);
    if (missing === undefined) throw cause;
    const what = `the embedded environment is the package ${NAME}, which is`;
    const message =
      missing === NAME ? `${what} not installed` : `${what} not installed whole: it lacks ${missing}`;
    throw new BlobmirrorError('local-not-installed', message, { cause });
  }
}

/** Whether the embedded environment can be started here. It is not in the container image. */
export function isLocalInstalled(): boolean {
  try {
    return nodeModule.findPackageJSON(NAME, import.meta.url) !== undefined;
  } catch {
    return false;
  }
}

/** The package, or the file, that Node did not find, by `import` or `require`; undefined: another error. */
function missingModule(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') return undefined;
  const [, name = 'a module'] = /Cannot find (?:package|module) '([^']+)'/.exec(error.message) ?? [];
  return /^(?:@[^/]+\/)?[^/.@][^/]*/.exec(name)?.[0] ?? name;
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
