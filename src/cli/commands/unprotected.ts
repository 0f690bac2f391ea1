import { Command } from 'commander';
import { helpAfter, withAction, withConnection } from '../command-options.ts';
import { withOutput } from '../output/print.ts';
import type { UnprotectedOptions } from '../run-unprotected.ts';

const HELP = helpAfter({
  notes:
    'Every key whose change was seen and is not in the backup, with the reason and what would mend it: those on record, those\nthat the last full sync left, those of dead letters, and those that a message waits to recheck. What can be mirrored by now\nis retried each minute to each hour, without a command.',
  ends: {
    done: 'no key that was judged is left out; the last line says how many changes still wait in the queue',
    different: 'there are keys that are not protected; each is on standard output',
    incomplete: 'not everything could be read, so that there may be more; standard error says what',
  },
  examples: [
    ['blobmirror unprotected', 'totals by reason, and each key'],
    ['blobmirror unprotected --container photos --prefix 2026/'],
    ['blobmirror unprotected --reason backup-leased -o json | jq -r .path', 'JSON lines'],
  ],
});

export function unprotectedCommand(): Command {
  const command = withOutput(
    withConnection(
      new Command('unprotected').description(
        'print each key whose last change is not in the backup, and why',
      ),
    ),
  )
    .option('--container <name>', 'only keys of this container, by its name at the source')
    .option('--prefix <prefix>', 'only keys whose path begins with it')
    .option('--reason <reason>', 'only keys with this reason or error code')
    .addHelpText('after', HELP);
  const acknowledge = withOutput(
    withConnection(
      command
        .command('acknowledge')
        .description('acknowledge the keys that are on record now, which clears the health problem'),
    ),
  ).addHelpText('after', helpAfter({ examples: [['blobmirror unprotected acknowledge']] }));
  withAction(acknowledge, async (options: UnprotectedOptions) => {
    const { acknowledgeUnprotected } = await import('../run-unprotected.ts');
    return await acknowledgeUnprotected(options);
  });
  return withAction(command, async (options: UnprotectedOptions) => {
    const { runUnprotected } = await import('../run-unprotected.ts');
    return await runUnprotected(options);
  });
}
