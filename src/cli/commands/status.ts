import { Command } from 'commander';
import { helpAfter, withLocal } from '../command-options.ts';
import { withOutput } from '../output/print.ts';
import type { StatusOptions } from '../run-status.ts';

const HELP = helpAfter({
  notes:
    'It asks both accounts, the queues and the state themselves, and works while the app is down. Times are in UTC.',
  ends: {
    done: 'all is well',
    unwell: 'health is failing; the problems are on standard output, with what to do',
    interrupted: true,
  },
  examples: [
    ['blobmirror status', 'how far behind the backup is, what is stuck, and what to do'],
    ['blobmirror status --local --watch', 'again every two seconds, until Ctrl-C'],
    ['blobmirror status -o json | jq .recovery.live.ageMs'],
    ['blobmirror status > /dev/null || page the one on call'],
  ],
});

export function statusCommand(): Command {
  return withOutput(withLocal(new Command('status').description('tell how the mirror is doing')))
    .option('--watch', 'tell it again every two seconds; as JSON, a line each', false)
    .addHelpText('after', HELP)
    .action(async (options: StatusOptions) => {
      const { runStatus } = await import('../run-status.ts');
      process.exitCode = await runStatus(options);
    });
}
