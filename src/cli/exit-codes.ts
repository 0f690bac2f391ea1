import { BlobmirrorError, type Disposition } from '../model/errors.js';

/** What the command's exit status says. */
export const EXIT = {
  done: 0,
  /** Something went wrong on the way; the last line on standard error says what. */
  failed: 1,
  /** The command line or a setting is wrong; nothing was begun. */
  usage: 2,
  /** The backup differs from the source; each difference is on standard output. */
  different: 3,
  /** A full sync ended with alerts or failures, or was cancelled; its report says which. */
  incomplete: 4,
  /** Another run is under way, and nothing was begun. */
  busy: 5,
  /** Stopped before it was done, by Ctrl-C or a signal. */
  interrupted: 130,
} as const;

const BY_DISPOSITION: Readonly<Record<Disposition, number>> = {
  fatal: EXIT.usage,
  retry: EXIT.failed,
  park: EXIT.failed,
  ignore: EXIT.failed,
};

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof BlobmirrorError)) return EXIT.failed;
  return error.code === 'run-in-progress' ? EXIT.busy : BY_DISPOSITION[error.disposition];
}
