import { BlobmirrorError, type Disposition, type ErrorCode } from '../model/errors.ts';

/** The exit statuses of all commands. A test holds docs/command-line.md to this table. */
export const EXIT_CODES = {
  done: { status: 0, meaning: 'done' },
  failed: {
    status: 1,
    meaning: 'failed; the last line on standard error says why',
  },
  usage: { status: 2, meaning: 'the command line or a setting is wrong; nothing was done' },
  different: {
    status: 3,
    meaning: 'the backup differs from the source; each difference is on standard output',
  },
  incomplete: { status: 4, meaning: 'incomplete: ended with failures or alerts, or cancelled' },
  busy: { status: 5, meaning: 'a full sync is under way already; nothing was done' },
  unwell: {
    status: 6,
    meaning: 'the set-up or the mirror has a problem; each is on standard output, with what to do',
  },
  nothing: { status: 7, meaning: 'nothing matched, so nothing was compared and nothing is known' },
  interrupted: { status: 130, meaning: 'interrupted by Ctrl-C or a signal' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly meaning: string }>>;

export type ExitName = keyof typeof EXIT_CODES;

/** The number of each exit status, by its name. */
export const EXIT = Object.fromEntries(
  Object.entries(EXIT_CODES).map(([name, { status }]) => [name, status]),
) as { readonly [Name in ExitName]: (typeof EXIT_CODES)[Name]['status'] };

const BY_DISPOSITION: Readonly<Record<Disposition, number>> = {
  fatal: EXIT.usage,
  retry: EXIT.failed,
  park: EXIT.failed,
  ignore: EXIT.failed,
};

/**
 * Messages are kept for these errors, so their disposition is not `fatal`; a setting is wrong nevertheless.
 */
const BY_CODE: Partial<Record<ErrorCode, number>> = {
  'run-in-progress': EXIT.busy,
  'accounts-swapped': EXIT.usage,
  'mirror-name-taken': EXIT.usage,
  'queue-taken': EXIT.usage,
  'document-too-new': EXIT.usage,
};

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof BlobmirrorError)) return EXIT.failed;
  return BY_CODE[error.code] ?? BY_DISPOSITION[error.disposition];
}
