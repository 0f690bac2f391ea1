import { Command, Option } from 'commander';
import { READY_FILE } from '../../local/ready-file.js';
import { parsePort } from '../parse-port.js';
import type { WorkerOptions } from '../run-worker.js';

const EXAMPLES = `
Examples:
  blobmirror worker --local                   beside "npm start -- --no-worker"
  blobmirror worker                           connections from the environment: BLOBMIRROR_SOURCE and so on
`;

export function workerCommand(): Command {
  return new Command('worker')
    .description('run the functions of the mirror outside Azure Functions')
    .option('--local [file]', `take the connections from this file (default: ${READY_FILE})`)
    .addOption(
      new Option('--http-port <port>', '0 picks a free one (default: as the file says, or 7071)').argParser(
        parsePort,
      ),
    )
    .option('--sweep', 'begin a full sync at the start: see "blobmirror reconcile"', false)
    .addOption(
      new Option('--alone', 'with --sweep: end a run that was left under way').default(false).hideHelp(),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options: WorkerOptions) => {
      const { runWorker } = await import('../run-worker.js');
      await runWorker(options);
    });
}
