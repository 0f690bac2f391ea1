import { setTimeout as sleep } from 'node:timers/promises';
import { createCommandApp } from '../wiring/create-command-app.ts';
import type { Status } from '../api/status.ts';
import { createLogger } from '../telemetry/logger.ts';
import { settingsOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import type { LocalOption } from './command-options.ts';
import { type OutputOption, printData, printLine, printScreen } from './output/print.ts';
import { describeStatus } from './describe-status.ts';
import { untilStopped } from './until-stopped.ts';

export interface StatusOptions extends LocalOption, OutputOption {
  readonly watch: boolean;
}

const EVERY_MS = 2000;

/** Prints the status once, or with `--watch` every two seconds. Resolves with the exit status. */
export async function runStatus(options: StatusOptions): Promise<number> {
  const settings = await settingsOf(options);
  // The status names what fails: no log is needed.
  const { statusService, stop } = createCommandApp(settings, createLogger('silent'));
  const describe = (status: Status): string => describeStatus(status, options);
  try {
    if (!options.watch) {
      const status = await statusService.read();
      await printData(options, status, describe);
      return exitStatusOf(status);
    }
    return await watch(statusService.read, options, describe);
  } finally {
    await stop();
  }
}

async function watch(
  read: () => Promise<Status>,
  options: StatusOptions,
  describe: (status: Status) => string,
): Promise<number> {
  const stopped = untilStopped().then(() => undefined);
  for (;;) {
    const status = await Promise.race([read(), stopped]);
    if (status === undefined) return EXIT.interrupted;
    if (options.output === 'json') printLine(JSON.stringify(status), 'json');
    else printScreen(describe(status));
    // The reader has closed the pipe, as `head` does.
    if (process.stdout.errored) return EXIT.done;
    await Promise.race([sleep(EVERY_MS), stopped]);
  }
}

function exitStatusOf({ health }: Status): number {
  return health.status === 'ok' ? EXIT.done : EXIT.unwell;
}
