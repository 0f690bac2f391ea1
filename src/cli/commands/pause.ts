import { Command } from 'commander';
import { type LocalOption, helpAfter, withLocal } from '../command-options.ts';
import { type OutputOption, withOutput } from '../output/print.ts';
import type { PauseOptions } from '../run-pause.ts';

const PAUSE_HELP = helpAfter({
  notes:
    'Every worker stops within seconds: it finishes its current write, or stops at a point where it can resume. Messages wait in\nthe queues and none is lost: a pause counts toward no retry and no time limit. Full syncs wait too.',
  examples: [
    ['blobmirror pause --reason "the backup account moves to another network"'],
    ['blobmirror pause --local', 'the accounts of "npm start"'],
  ],
});

export function pauseCommand(): Command {
  return withOutput(withLocal(new Command('pause').description('pause mirroring in every worker')))
    .option('--reason <text>', 'shown in the status')
    .addHelpText('after', PAUSE_HELP)
    .action(async (options: PauseOptions) => {
      const { runPause } = await import('../run-pause.ts');
      process.exitCode = await runPause(options);
    });
}

const RESUME_HELP = helpAfter({
  notes: 'Does nothing when mirroring is not paused.',
  examples: [
    ['blobmirror resume', 'connections from the environment, like the worker'],
    ['blobmirror resume --local', 'the accounts of "npm start"'],
  ],
});

export function resumeCommand(): Command {
  return withOutput(withLocal(new Command('resume').description('resume mirroring after a pause')))
    .addHelpText('after', RESUME_HELP)
    .action(async (options: LocalOption & OutputOption) => {
      const { runResume } = await import('../run-pause.ts');
      process.exitCode = await runResume(options);
    });
}
