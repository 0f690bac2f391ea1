import { Command } from 'commander';
import { helpAfter } from '../help-after.ts';
import { type LocalOption, withLocal } from '../local-option.ts';
import { type OutputOption, withOutput } from '../output/output-option.ts';

const HELP = helpAfter({
  notes: 'What is not paused is left as it is.',
  examples: [
    ['blobmirror resume', "connections from the environment, as the worker's"],
    ['blobmirror resume --local', 'the accounts of "npm start"'],
  ],
});

export function resumeCommand(): Command {
  return withOutput(withLocal(new Command('resume').description('let mirroring go on after a pause')))
    .addHelpText('after', HELP)
    .action(async (options: LocalOption & OutputOption) => {
      const { runResume } = await import('../run-pause.ts');
      process.exitCode = await runResume(options);
    });
}
