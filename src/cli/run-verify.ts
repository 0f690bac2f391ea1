import { type ContentCheck, createTally, type Tally, verifyAccounts } from '../app/verify-accounts.ts';
import { environmentOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import type { LocalOption } from './local-option.ts';
import type { OutputOption } from './output/output-option.ts';
import { startProgressLine } from './progress-line.ts';
import { untilStopped } from './until-stopped.ts';
import { createFindingsPrinter, describeProgress, describeSummary } from './verify-report.ts';

export interface VerifyOptions extends LocalOption, OutputOption {
  readonly container?: readonly string[];
  readonly prefix: string;
  readonly content: ContentCheck;
  /** Seconds. */
  readonly settle: number;
  readonly limit?: number;
}

/** Compares the accounts until it is done, has found as much as was asked for, or is asked to stop. The exit status. */
export async function runVerify(options: VerifyOptions): Promise<number> {
  const { limit = Infinity } = options;
  const enough = new AbortController();
  const tally = createTally();
  const progress = startProgressLine(() => describeProgress(tally, progress.seconds()));
  const print = createFindingsPrinter(options.output, (line) => {
    progress.clear();
    process.stdout.write(line);
  });

  let printed = 0;
  const verification = verifyAccounts(
    await environmentOf(options),
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
    tally,
    enough.signal,
  );
  try {
    // What is on its way when the process is asked to stop is not waited for: it only reads.
    const ended = await Promise.race([
      verification.then(() => 'done' as const),
      untilStopped().then(() => 'interrupted' as const),
    ]);
    enough.abort();
    progress.stop();
    const stopped = ended === 'interrupted' ? 'interrupted' : printed >= limit ? 'limit' : undefined;
    process.stderr.write(describeSummary(tally, progress.seconds(), stopped));
    return ended === 'interrupted' ? EXIT.interrupted : exitStatusOf(tally);
  } finally {
    progress.stop();
  }
}

function exitStatusOf({ differences }: Tally): number {
  return differences > 0 ? EXIT.different : EXIT.done;
}
