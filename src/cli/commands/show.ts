import { Command } from 'commander';
import { helpAfter, withAction, withConnection } from '../command-options.ts';
import { withOutput } from '../output/print.ts';
import type { ShowOptions } from '../run-show.ts';

const HELP = helpAfter({
  notes:
    'Asks both accounts, the queues and the state, and changes nothing. What does not answer within seconds is unknown, and the rest is shown. Times are in UTC.',
  ends: {
    done: 'in step',
    different: 'the backup differs from the source: how, and why, is on standard output',
    incomplete: 'unknown: an account did not answer',
    nothing: 'neither account has it, or the settings do not mirror it',
  },
  examples: [
    ['blobmirror show photos/2026/cat.jpg', 'both sides, and what waits for it'],
    [`blobmirror show "photos/a b.jpg" -o json | jq -r .verdict.state`],
  ],
});

export function showCommand(): Command {
  const command = withOutput(
    withConnection(
      new Command('show')
        .description('show one blob or directory: whether it is in step, and if not, why')
        .argument('<key>', 'CONTAINER/PATH, by the name of the container at the source'),
    ),
  ).addHelpText('after', HELP);
  return withAction(command, async (options: ShowOptions, key: string) => {
    const { runShow } = await import('../run-show.ts');
    return await runShow(key, options);
  });
}
