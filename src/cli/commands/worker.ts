import { Command, Option } from 'commander';
import { helpAfter } from '../help-after.ts';
import { withLocal } from '../local-option.ts';
import { parsePort } from '../parse-port.ts';
import type { WorkerOptions } from '../run-worker.ts';

const HELP = helpAfter({
  ends: { done: 'it was asked to stop, and did' },
  examples: [
    ['blobmirror worker --local', 'beside "npm start -- --no-worker"'],
    ['blobmirror worker', 'connections from the environment: BLOBMIRROR_SOURCE and so on'],
  ],
});

export function workerCommand(): Command {
  return withLocal(
    new Command('worker').description('run the functions of the mirror outside Azure Functions'),
  )
    .addOption(
      new Option('--http-port <port>', '0 picks a free one (default: as the file says, or 7071)').argParser(
        parsePort,
      ),
    )
    .option('--sweep', 'begin a full sync at the start: see "blobmirror reconcile"', false)
    .addOption(
      new Option('--alone', 'with --sweep: end a run that was left under way').default(false).hideHelp(),
    )
    .addHelpText('after', HELP)
    .action(async (options: WorkerOptions) => {
      const { runWorker } = await import('../run-worker.ts');
      await runWorker(options);
    });
}
