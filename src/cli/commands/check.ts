import { Command } from 'commander';
import { type LocalOption, helpAfter, withLocal } from '../command-options.ts';
import { type OutputOption, withOutput } from '../output/print.ts';

const HELP = helpAfter({
  notes:
    'Everything is tried by harmless requests with the connections of the settings, so run it as the app is run: with its\napp settings, and as its identity. What is written goes at once.',
  ends: { done: 'no problem; warnings and what could not be seen do not count', unwell: true },
  examples: [
    ['blobmirror check', "connections and scope from the environment, as the worker's"],
    ['blobmirror check --local', 'the accounts of "npm start"'],
    [
      `blobmirror check -o json | jq -r '.[] | select(.status == "problem") | .fix'`,
      'the commands that mend it',
    ],
  ],
});

export function checkCommand(): Command {
  return withOutput(
    withLocal(new Command('check').description('test the set-up: accounts, rights, queues, clocks')),
  )
    .addHelpText('after', HELP)
    .action(async (options: LocalOption & OutputOption) => {
      const { runCheck } = await import('../run-check.ts');
      process.exitCode = await runCheck(options);
    });
}
