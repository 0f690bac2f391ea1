import { Command } from 'commander';
import { helpAfter, withAction, withConnection } from '../command-options.ts';
import { withOutput } from '../output/print.ts';
import type { HistoryOptions } from '../run-history.ts';

const HELP = helpAfter({
  notes:
    'Asks the backup account alone, and changes nothing. Of each key, newest first: since when the backup had it, until when, why it ended, and its size. "unknown": another program deleted it, and nobody recorded when. As JSON, a line for each version. Times are in UTC.',
  ends: { nothing: 'the backup keeps nothing of it' },
  examples: [
    ['blobmirror history photos/2026/cat.jpg', 'all versions of one blob'],
    ['blobmirror history photos/2026/ --deleted', 'what was deleted in a folder'],
    ['blobmirror history photos/ -o json | jq -r .key | uniq', 'all keys of a container'],
  ],
});

export function historyCommand(): Command {
  const command = withOutput(
    withConnection(
      new Command('history')
        .description(
          'list the versions that the backup keeps of a blob or folder, and when and why each ended',
        )
        .argument(
          '<key>',
          'CONTAINER/PATH, or CONTAINER/FOLDER/ with all below it, by the name at the source',
        )
        .option('--deleted', 'only what the backup has no more'),
    ),
  ).addHelpText('after', HELP);
  return withAction(command, async (options: HistoryOptions, key: string) => {
    const { runHistory } = await import('../run-history.ts');
    return await runHistory(key, options);
  });
}
