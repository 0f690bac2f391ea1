import { Command } from 'commander';
import type { ChoiceOptions, DeadLetterOptions, PurgeOptions } from '../run-deadletter.ts';
import { helpAfter, withLocal } from '../command-options.ts';
import { withOutput } from '../output/print.ts';

const NOTES =
  'A dead letter is an event, or a piece of a full sync, that could not be worked on. Mend what its code and hint speak of, then replay it: it is looked at anew, and both accounts decide what is done.';

const HELP = helpAfter({
  notes: NOTES,
  ends: { incomplete: 'some letters are left: held by somebody else, or their queue did not take them' },
  examples: [
    ['blobmirror deadletter list --local', 'how many of which code, and the letters'],
    ['blobmirror deadletter show events:4711', 'one letter with its message'],
    ['blobmirror deadletter replay --code storage-rejected --dry-run'],
    ['blobmirror deadletter replay --all'],
    [
      'blobmirror deadletter export > letters.jsonl && blobmirror deadletter purge --code message-not-event --yes',
    ],
  ],
});

const REPLAY_HELP = helpAfter({
  ends: { incomplete: 'some letters are left: held by somebody else, or their queue did not take them' },
  examples: [
    ['blobmirror deadletter replay events:4711 events:4712'],
    ['blobmirror deadletter replay --container photos'],
    ['blobmirror deadletter replay --all --dry-run'],
  ],
});

const PURGE_HELP = helpAfter({
  notes: 'What is purged cannot be had back; a full sync finds what such an event was about.',
  ends: { incomplete: 'some letters are left: held by somebody else' },
  examples: [
    ['blobmirror deadletter purge events:4711 --yes'],
    ['blobmirror deadletter purge --code message-not-event --dry-run'],
  ],
});

export function deadletterCommand(): Command {
  const command = new Command('deadletter')
    .description('see, replay and purge what could not be worked on')
    .addHelpText('after', HELP);

  narrowed(
    command.command('list').description('count dead letters by code, and print them, the oldest first'),
  )
    .option('--limit <count>', 'print at most so many', '50')
    .addHelpText(
      'after',
      helpAfter({ examples: [["blobmirror deadletter list -o json | jq -r '.letters[].path'"]] }),
    )
    .action(async (options: ChoiceOptions & { readonly limit: string }) => {
      const { listDeadLetters } = await import('../run-deadletter.ts');
      process.exitCode = await listDeadLetters(options);
    });

  common(
    command
      .command('show')
      .description('print a dead letter with its message')
      .argument('<id>', 'as the list has it'),
  )
    .addHelpText('after', helpAfter({ examples: [['blobmirror deadletter show events:4711 -o json']] }))
    .action(async (id: string, options: DeadLetterOptions) => {
      const { showDeadLetter } = await import('../run-deadletter.ts');
      process.exitCode = await showDeadLetter(id, options);
    });

  chosen(command.command('replay').description('put dead letters back into their queues'))
    .addHelpText('after', REPLAY_HELP)
    .action(async (ids: readonly string[], options: ChoiceOptions) => {
      const { replayDeadLetters } = await import('../run-deadletter.ts');
      process.exitCode = await replayDeadLetters(ids, options);
    });

  chosen(command.command('purge').description('throw dead letters away'))
    .option('--yes', 'yes, it is meant', false)
    .addHelpText('after', PURGE_HELP)
    .action(async (ids: readonly string[], options: PurgeOptions) => {
      const { purgeDeadLetters } = await import('../run-deadletter.ts');
      process.exitCode = await purgeDeadLetters(ids, options);
    });

  withLocal(command.command('export').description('print dead letters with their messages, as lines of JSON'))
    .option('--code <code>', 'only those with this code')
    .option('--container <name>', 'only those about this container')
    .addHelpText(
      'after',
      helpAfter({ examples: [['blobmirror deadletter export --container photos > letters.jsonl']] }),
    )
    .action(async (options: Omit<ChoiceOptions, 'output'>) => {
      const { exportDeadLetters } = await import('../run-deadletter.ts');
      process.exitCode = await exportDeadLetters(options);
    });

  common(
    command
      .command('acknowledge')
      .description('take note of the dead letters there are: health is no longer red for them'),
  )
    .addHelpText('after', helpAfter({ examples: [['blobmirror deadletter acknowledge']] }))
    .action(async (options: DeadLetterOptions) => {
      const { acknowledgeDeadLetters } = await import('../run-deadletter.ts');
      process.exitCode = await acknowledgeDeadLetters(options);
    });
  return command;
}

function common(command: Command): Command {
  return withOutput(withLocal(command));
}

function narrowed(command: Command): Command {
  return common(command)
    .option('--code <code>', 'only those with this code')
    .option('--container <name>', 'only those about this container, by its name at the source');
}

function chosen(command: Command): Command {
  return narrowed(command.argument('[ids...]', 'as the list has them'))
    .option('--all', 'all of them')
    .option('--dry-run', 'say what would be done, and do nothing', false);
}
