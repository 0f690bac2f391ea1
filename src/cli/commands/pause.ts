import { Command } from 'commander';
import { helpAfter } from '../help-after.ts';
import { withLocal } from '../local-option.ts';
import { withOutput } from '../output/output-option.ts';
import type { PauseOptions } from '../run-pause.ts';

const HELP = helpAfter({
  notes:
    'Every worker stops within seconds: it finishes what it is busy with, or leaves it at the next place where it can go on.\nMessages wait in the queues, none is lost, and the pause counts for no try and no limit. Full syncs wait, too.',
  examples: [
    ['blobmirror pause --reason "the backup account moves to another network"'],
    ['blobmirror pause --local', 'the accounts of "npm start"'],
  ],
});

export function pauseCommand(): Command {
  return withOutput(withLocal(new Command('pause').description('let mirroring stand still, in every worker')))
    .option('--reason <text>', 'why, for whoever looks at the status')
    .addHelpText('after', HELP)
    .action(async (options: PauseOptions) => {
      const { runPause } = await import('../run-pause.ts');
      process.exitCode = await runPause(options);
    });
}
