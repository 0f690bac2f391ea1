import { Command, Option } from 'commander';
import { READY_FILE } from '../../local/ready-file.ts';
import { helpAfter } from '../help-after.ts';
import { parsePort } from '../parse-port.ts';
import type { StartOptions } from '../run-start.ts';

const HELP = helpAfter({
  ends: { done: 'it was asked to stop, and did' },
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
    .description('run two storage accounts, Event Grid, Service Bus and the mirror on this machine')
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
      'keep accounts and queues in this folder; a kill loses the last second of the accounts (default: in memory)',
    )
    .option('--ready-file <file>', 'written once everything serves', READY_FILE)
    .option('--no-worker', 'leave the mirror to "blobmirror worker --local"')
    .addHelpText('after', HELP)
    .action(async (options: StartOptions) => {
      const { runStart } = await import('../run-start.ts');
      await runStart(options);
    });
}
