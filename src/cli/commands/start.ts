import { Command, InvalidArgumentError, Option } from 'commander';
import { READY_FILE } from '@blobmirror/local/connections';
import { helpAfter, withLocal } from '../command-options.ts';
import { isLocalInstalled } from '../load-local.ts';
import type { StartOptions } from '../run-start.ts';
import type { WorkerOptions } from '../run-worker.ts';

const START_HELP = helpAfter({
  ends: { done: 'stopped by a signal' },
  examples: [
    ['npm start', 'in memory, on ports 10000, 5672 and 7071'],
    ['npm start -- --data ./data', 'keeps accounts and queues in a folder'],
    ['npm start -- --hns', 'with directories, renames and access control lists'],
    ['npm start -- --no-worker', 'then, beside it: blobmirror worker --local'],
    ['npm start -- --storage-port 0 --service-bus-port 0 --http-port 0 --ready-file /tmp/local.json'],
  ],
});

export function startCommand(): Command {
  return new Command('start')
    .description(
      `run two storage accounts, Event Grid, Service Bus and the mirror on this machine${isLocalInstalled() ? '' : ' (not possible here: @blobmirror/local is not installed)'}`,
    )
    .addOption(
      new Option('--hns', 'hierarchical accounts (Data Lake Gen2), with the Data Lake API').default(false),
    )
    .addOption(new Option('--storage-port <port>', '0 picks a free one').argParser(parsePort).default(10000))
    .addOption(
      new Option('--service-bus-port <port>', '0 picks a free one').argParser(parsePort).default(5672),
    )
    .addOption(new Option('--http-port <port>', '0 picks a free one').argParser(parsePort).default(7071))
    .option(
      '--data <dir>',
      'keep accounts and queues in this folder; a crash loses the last second of writes to the accounts (default: in memory)',
    )
    .option('--ready-file <file>', 'written when everything is ready', READY_FILE)
    .option('--no-worker', 'do not run the mirror; start it with "blobmirror worker --local"')
    .addHelpText('after', START_HELP)
    .action(async (options: StartOptions) => {
      const { runStart } = await import('../run-start.ts');
      await runStart(options);
    });
}

const WORKER_HELP = helpAfter({
  ends: { done: 'stopped by a signal' },
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
      new Option(
        '--http-port <port>',
        '0 picks a free one (default: the port in the file, or 7071)',
      ).argParser(parsePort),
    )
    .option('--sweep', 'begin a full sync at the start; see "blobmirror reconcile"', false)
    .addOption(
      new Option('--alone', 'with --sweep: cancel a run that is still under way').default(false).hideHelp(),
    )
    .addHelpText('after', WORKER_HELP)
    .action(async (options: WorkerOptions) => {
      const { runWorker } = await import('../run-worker.ts');
      await runWorker(options);
    });
}

/** @throws InvalidArgumentError which commander turns into a line that names the option */
function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new InvalidArgumentError('It should be a port from 1 to 65535, or 0 for a free one.');
}
