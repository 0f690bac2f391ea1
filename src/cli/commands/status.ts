import { Command } from 'commander';
import { helpAfter, withAction, withConnection } from '../command-options.ts';
import { withOutput } from '../output/print.ts';
import type { StatusOptions } from '../run-status.ts';

const HELP = helpAfter({
  notes:
    'Reads both accounts, the queues and the state directly, and works while the app is down. Times are in UTC.',
  ends: {
    done: 'healthy',
    unwell: 'unhealthy; the problems are on standard output, with what to do',
    interrupted: true,
  },
  examples: [
    ['blobmirror status', 'how far the backup is behind, what is stuck, and what to do'],
    ['blobmirror status --local --watch', 'repeats every two seconds, until Ctrl-C'],
    ['blobmirror status -o json | jq .recovery.live.ageMs'],
    ['blobmirror status > /dev/null || page the one on call'],
  ],
});

export function statusCommand(): Command {
  const command = withOutput(
    withConnection(
      new Command('status').description('print the recovery point, health and backlog of the mirror'),
    ),
  )
    .option('--watch', 'repeat every two seconds; with -o json, one line each time', false)
    .addHelpText('after', HELP);
  return withAction(command, async (options: StatusOptions) => {
    const { runStatus } = await import('../run-status.ts');
    return await runStatus(options);
  });
}
