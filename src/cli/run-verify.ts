import type { Difference, Place } from '../api/difference.ts';
import type { LocalOption } from './command-options.ts';
import { accountEnvironmentOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import { type OutputOption, printLine, printMessage, startProgressLine } from './output/print.ts';
import { count, quote } from './output/table.ts';
import { untilStopped } from './until-stopped.ts';
import type { Key } from '../model/key.ts';
import {
  type ContentCheck,
  type VerificationCounts,
  createVerificationCounts,
  verifyAccounts,
} from '../wiring/verify-accounts.ts';

export interface VerifyOptions extends LocalOption, OutputOption {
  readonly container?: readonly string[];
  readonly prefix: string;
  readonly content: ContentCheck;
  /** Seconds. */
  readonly settle: number;
  readonly limit?: number;
}

/** Compares the accounts until it is done, reaches `--limit`, or is stopped by a signal. Resolves with the exit status. */
export async function runVerify(options: VerifyOptions): Promise<number> {
  const { limit = Infinity } = options;
  const enough = new AbortController();
  const counts = createVerificationCounts();
  const progress = startProgressLine(() => describeProgress(counts, progress.seconds()));
  const print = createFindingsPrinter(options.output, (line) => {
    progress.clear();
    printLine(line.slice(0, -1), options.output);
  });

  let printed = 0;
  const verification = verifyAccounts(
    await accountEnvironmentOf(options),
    {
      containers: options.container ?? [],
      prefix: options.prefix,
      content: options.content,
      settleMs: options.settle * 1000,
      found: (place, difference) => {
        if (printed++ < limit) print.difference(place, difference);
        if (printed >= limit) enough.abort();
      },
      stillMoving: (key) => print.stillMoving(key),
    },
    counts,
    enough.signal,
  );
  try {
    // On a signal, requests in flight are not waited for: they only read.
    const ended = await Promise.race([
      verification.then(() => 'done' as const),
      untilStopped().then(() => 'interrupted' as const),
    ]);
    enough.abort();
    progress.stop();
    const stopped = ended === 'interrupted' ? 'interrupted' : printed >= limit ? 'limit' : undefined;
    printMessage(describeSummary(counts, progress.seconds(), stopped).trimEnd());
    return ended === 'interrupted' ? EXIT.interrupted : exitStatusOf(counts);
  } finally {
    progress.stop();
  }
}

/** @param counts of a verification that ran to its end */
export function exitStatusOf(counts: VerificationCounts): number {
  if (counts.differences > 0) return EXIT.different;
  if (counts.stillMoving > 0) return EXIT.incomplete;
  return isOfNothing(counts) ? EXIT.nothing : EXIT.done;
}

/** Whether not one key was compared. One that only the backup has, and keeps, was. */
function isOfNothing({ blobs, directories, replicas, kept, differences }: VerificationCounts): boolean {
  return blobs + directories - replicas + kept + differences <= 0;
}

export interface FindingsPrinter {
  difference(place: Place, difference: Difference): void;
  stillMoving(key: Key): void;
}

const COLUMN = 20;

/** One line for each finding: JSON, or columns. */
export function createFindingsPrinter(
  format: 'table' | 'json',
  write: (line: string) => void,
): FindingsPrinter {
  if (format === 'json') {
    const line = (fields: object): void => write(`${JSON.stringify(fields)}\n`);
    return {
      difference: ({ container, path }, difference) =>
        line({ finding: 'difference', container, ...(path !== undefined && { path }), ...difference }),
      stillMoving: ({ container, path }) => line({ finding: 'still-moving', container, path }),
    };
  }
  return {
    difference: (place, { difference, name, source, backup }) => {
      const values =
        source === undefined && backup === undefined ? '' : `${quote(source)} -> ${quote(backup)}`;
      const columns = [
        difference.padEnd(COLUMN),
        placeText(place),
        name === undefined ? '' : quote(name),
        values,
      ];
      write(`${columns.filter(Boolean).join('  ')}\n`);
    },
    stillMoving: (key) => write(`${'still-moving'.padEnd(COLUMN)}  ${placeText(key)}\n`),
  };
}

function describeProgress(counts: VerificationCounts, seconds: number): string {
  const rate = Math.round(counts.blobs / Math.max(seconds, 0.001));
  return `${count(counts.blobs, 'blob')}, ${rate.toLocaleString('en')}/s, ${count(counts.differences, 'difference')}`;
}

/** @param stopped why it ended before everything was compared */
export function describeSummary(
  counts: VerificationCounts,
  seconds: number,
  stopped?: 'interrupted' | 'limit',
): string {
  const found =
    counts.differences === 0
      ? 'no difference'
      : `${count(counts.differences, 'difference')} in ${count(counts.differing, 'place')}`;
  const early = { interrupted: ' before it was interrupted', limit: ' before the limit was reached' };
  return [
    isOfNothing(counts)
      ? nothingCompared(counts, stopped === undefined ? '' : early[stopped])
      : `${countCompared(counts)} in ${count(counts.containers, 'container')} compared in ${seconds.toFixed(1)} s${
          stopped === undefined ? '' : early[stopped]
        }: ${found}`,
    counts.stillMoving > 0 && `${count(counts.stillMoving, 'blob')} kept changing and could not be compared`,
    counts.contentUnproven > 0 &&
      `the content of ${count(counts.contentUnproven, 'blob')} was not compared: no MD5 on both sides, or --content none; --content read compares every byte`,
    counts.kept > 0 && `${count(counts.kept, 'blob')} gone from the source and kept, as the settings say`,
    counts.replicas > 0 &&
      `${count(counts.replicas, 'blob')} of the source left out: copied there from the backup account`,
  ]
    .filter((line) => line !== false)
    .map((line) => `${line}\n`)
    .join('');
}

function nothingCompared({ blobs, directories, stillMoving }: VerificationCounts, early: string): string {
  const isEmpty = early === '' && blobs + directories + stillMoving === 0;
  const why = ': no blob and no directory is in the scope of the settings, --container and --prefix';
  return `nothing was compared${early}${isEmpty ? why : ''}`;
}

function countCompared({ blobs, directories }: VerificationCounts): string {
  const counted = count(blobs, 'blob');
  if (directories === 0) return counted;
  return `${counted} and ${directories.toLocaleString('en')} ${directories === 1 ? 'directory' : 'directories'}`;
}

function placeText({ container, path }: Place): string {
  return quote(path === undefined ? container : `${container}/${path}`);
}
