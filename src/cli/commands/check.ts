import { Command } from 'commander';
import { type LocalOption, helpAfter, withAction, withConnection } from '../command-options.ts';
import { type OutputOption, withOutput } from '../output/print.ts';

const HELP = helpAfter({
  notes:
    'All checks are harmless requests with the connections of the settings. Run it like the app: with its app settings and its\nidentity. What a check writes it deletes at once.',
  ends: { done: 'no problem; warnings and unknowns do not count', unwell: true },
  examples: [
    ['blobmirror check', 'connections and scope from the environment, like the worker'],
    ['blobmirror check --local', 'the accounts of "npm start"'],
    [
      `blobmirror check -o json | jq -r '.[] | select(.status == "problem") | .fix'`,
      'the commands that fix the problems',
    ],
  ],
});

export function checkCommand(): Command {
  const command = withOutput(
    withConnection(new Command('check').description('test the set-up: accounts, rights, queues, clocks')),
  ).addHelpText('after', HELP);
  return withAction(command, async (options: LocalOption & OutputOption) => {
    const { runCheck } = await import('../run-check.ts');
    return await runCheck(options);
  });
}
