import { Command } from 'commander';
import type { ChoiceOptions, DeadLetterOptions, PurgeOptions } from '../run-deadletter.ts';
import { helpAfter, withAction, withConnection } from '../command-options.ts';
import { withOutput } from '../output/print.ts';

const NOTES =
  'A dead letter is a message, of an event or of a full sync, that could not be processed. Fix what its code and hint name, then\nreplay it: its keys are checked again, and both accounts are made to agree.';

const HELP = helpAfter({
  notes: NOTES,
  ends: {
    incomplete: 'some dead letters are left: another receiver holds them, or their queue refused them',
  },
  examples: [
    ['blobmirror deadletter list --local', 'counts by code, and the oldest ones'],
    ['blobmirror deadletter show events:4711', 'one dead letter with its message'],
    ['blobmirror deadletter replay --code storage-rejected --dry-run'],
    ['blobmirror deadletter replay --all'],
    [
      'blobmirror deadletter export > deadletters.jsonl && blobmirror deadletter purge --code message-not-event --yes',
    ],
  ],
});

const REPLAY_HELP = helpAfter({
  ends: {
    incomplete: 'some dead letters are left: another receiver holds them, or their queue refused them',
  },
  examples: [
    ['blobmirror deadletter replay events:4711 events:4712'],
    ['blobmirror deadletter replay --container photos'],
    ['blobmirror deadletter replay --all --dry-run'],
  ],
});

const PURGE_HELP = helpAfter({
  notes:
    'A purge cannot be undone. The keys of purged events stay listed by "blobmirror unprotected" until they are in step.',
  ends: { incomplete: 'some dead letters are left: another receiver holds them' },
  examples: [
    ['blobmirror deadletter purge events:4711 --yes'],
    ['blobmirror deadletter purge --code message-not-event --dry-run'],
  ],
});

export function deadletterCommand(): Command {
  const command = withCommon(
    new Command('deadletter').description('list, replay and purge messages that could not be processed'),
  ).addHelpText('after', HELP);

  const list = withFilter(
    command.command('list').description('count dead letters by code, and print them, oldest first'),
  )
    .option('--limit <count>', 'print at most this many', '50')
    .addHelpText(
      'after',
      helpAfter({ examples: [["blobmirror deadletter list -o json | jq -r '.letters[].path'"]] }),
    );
  withAction(list, async (options: ChoiceOptions & { readonly limit: string }) => {
    const { listDeadLetters } = await import('../run-deadletter.ts');
    return await listDeadLetters(options);
  });

  const show = withCommon(
    command
      .command('show')
      .description('print a dead letter with its message')
      .argument('<id>', 'the id that "list" prints'),
  ).addHelpText('after', helpAfter({ examples: [['blobmirror deadletter show events:4711 -o json']] }));
  withAction(show, async (options: DeadLetterOptions, id: string) => {
    const { showDeadLetter } = await import('../run-deadletter.ts');
    return await showDeadLetter(id, options);
  });

  const replay = withChoice(
    command.command('replay').description('put dead letters back into their queues'),
  ).addHelpText('after', REPLAY_HELP);
  withAction(replay, async (options: ChoiceOptions, ids: readonly string[]) => {
    const { replayDeadLetters } = await import('../run-deadletter.ts');
    return await replayDeadLetters(ids, options);
  });

  const purge = withChoice(command.command('purge').description('delete dead letters for good'))
    .option('--yes', 'confirm the purge', false)
    .addHelpText('after', PURGE_HELP);
  withAction(purge, async (options: PurgeOptions, ids: readonly string[]) => {
    const { purgeDeadLetters } = await import('../run-deadletter.ts');
    return await purgeDeadLetters(ids, options);
  });

  const exported = withConnection(
    command.command('export').description('print dead letters with their messages, as lines of JSON'),
  )
    .option('--code <code>', 'only those with this code')
    .option('--container <name>', 'only those about this container, by its name at the source')
    .addHelpText(
      'after',
      helpAfter({ examples: [['blobmirror deadletter export --container photos > deadletters.jsonl']] }),
    );
  withAction(exported, async (options: Omit<ChoiceOptions, 'output'>) => {
    const { exportDeadLetters } = await import('../run-deadletter.ts');
    return await exportDeadLetters(options);
  });

  const acknowledge = withCommon(
    command
      .command('acknowledge')
      .description('acknowledge the present dead letters, which clears the health problem'),
  ).addHelpText('after', helpAfter({ examples: [['blobmirror deadletter acknowledge']] }));
  withAction(acknowledge, async (options: DeadLetterOptions) => {
    const { acknowledgeDeadLetters } = await import('../run-deadletter.ts');
    return await acknowledgeDeadLetters(options);
  });
  return command;
}

function withCommon(command: Command): Command {
  return withOutput(withConnection(command));
}

function withFilter(command: Command): Command {
  return withCommon(command)
    .option('--code <code>', 'only those with this code')
    .option('--container <name>', 'only those about this container, by its name at the source');
}

function withChoice(command: Command): Command {
  return withFilter(command.argument('[ids...]', 'ids that "list" prints'))
    .option('--all', 'all dead letters')
    .option('--dry-run', 'print what would be done, and do nothing', false);
}
