import { Command } from 'commander';
import { type LocalOption, helpAfter, withLocal } from '../command-options.ts';
import { type OutputOption, withOutput } from '../output/print.ts';
import type { PauseOptions } from '../run-pause.ts';

const PAUSE_HELP = helpAfter({
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
    .addHelpText('after', PAUSE_HELP)
    .action(async (options: PauseOptions) => {
      const { runPause } = await import('../run-pause.ts');
      process.exitCode = await runPause(options);
    });
}

const RESUME_HELP = helpAfter({
  notes: 'What is not paused is left as it is.',
  examples: [
    ['blobmirror resume', "connections from the environment, as the worker's"],
    ['blobmirror resume --local', 'the accounts of "npm start"'],
  ],
});

export function resumeCommand(): Command {
  return withOutput(withLocal(new Command('resume').description('let mirroring go on after a pause')))
    .addHelpText('after', RESUME_HELP)
    .action(async (options: LocalOption & OutputOption) => {
      const { runResume } = await import('../run-pause.ts');
      process.exitCode = await runResume(options);
    });
}
