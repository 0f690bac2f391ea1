import { Command } from 'commander';
import { type LocalOption, helpAfter, withAction, withConnection } from '../command-options.ts';
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
  const command = withOutput(
    withConnection(new Command('pause').description('pause mirroring in every worker')),
  )
    .option('--reason <text>', 'shown in the status')
    .addHelpText('after', PAUSE_HELP);
  return withAction(command, async (options: PauseOptions) => {
    const { runPause } = await import('../run-pause.ts');
    return await runPause(options);
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
  const command = withOutput(
    withConnection(new Command('resume').description('resume mirroring after a pause')),
  ).addHelpText('after', RESUME_HELP);
  return withAction(command, async (options: LocalOption & OutputOption) => {
    const { runResume } = await import('../run-pause.ts');
    return await runResume(options);
  });
}
