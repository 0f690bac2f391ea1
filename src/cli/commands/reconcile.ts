import { Command, Option } from 'commander';
import { ADOPT_BY } from '../../model/adoption.ts';
import { helpAfter, withAction, withConnection } from '../command-options.ts';
import { withOutput } from '../output/print.ts';
import type { ReconcileOptions, RunOptions } from '../run-reconcile.ts';

const NOTES =
  'Without --wait it begins the run and prints it. Workers do the work: "blobmirror worker" or the app in Azure.';

const HELP = helpAfter({
  notes: NOTES,
  ends: {
    incomplete: 'the run ended with alerts or failures, or was cancelled',
    busy: true,
    nothing: 'the run of one container or prefix met no key there',
    interrupted: 'interrupted; the run goes on',
  },
  examples: [
    ['blobmirror reconcile --local --wait', 'the accounts of "npm start"'],
    ['blobmirror reconcile --wait', 'connections and scope from the environment, like the worker'],
    ['blobmirror reconcile --container photos --prefix 2026/ --dry-run --wait'],
    [
      'blobmirror reconcile --allow-deletes photos --wait',
      'deletes in photos what is gone from the source, however many blobs',
    ],
    [
      'blobmirror reconcile --delete-foreign photos --wait',
      'deletes in photos what another tool put there and the source lacks; large deletions also need --allow-deletes',
    ],
    ['blobmirror reconcile --adopt read --dry-run --wait', 'estimates keys, bytes to read and cost'],
    ["blobmirror reconcile list -o json | jq -r '.[0].id'"],
    ['blobmirror reconcile show 2026-11-25T13-09-31Z-4f2a'],
    [
      `blobmirror reconcile report 2026-11-25T13-09-31Z-4f2a -o json | jq -r 'select(.verdict == "deleted") | .path'`,
    ],
    ['blobmirror reconcile cancel 2026-11-25T13-09-31Z-4f2a'],
  ],
});

/** Name, description, and the rest of the example. */
const OF_ONE_RUN = [
  ['show', 'print a run: counts, skips, failures, alerts', '-o json'],
  ['cancel', 'cancel a run; what it has repaired stays repaired', ''],
  ['report', 'print every key that a run found out of step, and what was done', '-o json | head'],
] as const;

export function reconcileCommand(): Command {
  const command = withRunOptions(
    new Command('reconcile').description('run a full sync: find and repair what events have missed'),
  )
    .option('--container <name>', 'only this container, by its name at the source')
    .option('--prefix <path>', 'only blobs whose name begins with this')
    .option('--dry-run', 'count what is out of step, and write nothing', false)
    .option('--allow-deletes <name...>', 'let deletions in these containers pass the guards')
    .option(
      '--delete-foreign <name...>',
      'also delete blobs in these containers that this mirror did not write and the source lacks',
    )
    .addOption(
      new Option(
        '--adopt <how>',
        'adopt blobs that another tool copied when their declared MD5 (md5) or every byte (read) is equal',
      ).choices(ADOPT_BY),
    )
    .option('--wait', 'wait until the run has ended, and print the result', false)
    .addHelpText('after', HELP);
  withAction(command, async (options: ReconcileOptions) => {
    const { runReconcile } = await import('../run-reconcile.ts');
    return await runReconcile(options);
  });

  const list = withRunOptions(
    command.command('list').description('print the latest runs, newest first'),
  ).addHelpText('after', helpAfter({ examples: [["blobmirror reconcile list -o json | jq -r '.[0].id'"]] }));
  withAction(list, async (options: RunOptions) => {
    const { listRuns } = await import('../run-reconcile.ts');
    return await listRuns(options);
  });
  for (const [name, description, rest] of OF_ONE_RUN) {
    const example = `blobmirror reconcile ${name} 2026-11-25T13-09-31Z-4f2a ${rest}`.trimEnd();
    const ofOneRun = withRunOptions(
      command.command(name).description(description).argument('<id>', 'the id of the run'),
    ).addHelpText('after', helpAfter({ examples: [[example]] }));
    withAction(ofOneRun, async (options: RunOptions, id: string) => {
      const commands = await import('../run-reconcile.ts');
      const act = { show: commands.showRun, cancel: commands.cancelRun, report: commands.printReport }[name];
      return await act(id, options);
    });
  }
  return command;
}

/** These options may precede or follow the name of a subcommand. */
function withRunOptions(command: Command): Command {
  return withOutput(withConnection(command));
}
