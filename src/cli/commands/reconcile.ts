import { Command, Option } from 'commander';
import { READY_FILE } from '../../local/ready-file.js';
import type { ReconcileOptions, RunOptions } from '../run-reconcile.js';

const EXAMPLES = `
Without --wait it only begins the run and prints it; workers, "blobmirror worker" or the app in Azure, do the work.

Exit status: 0 done, 4 the run ended with alerts or failures or was cancelled, 5 another run is under way, 1 it could
not be told, 2 wrong use, 130 interrupted (the run goes on).

Examples:
  blobmirror reconcile --local --wait                the accounts of "npm start"
  blobmirror reconcile --wait                        connections and scope from the environment, as the worker's
  blobmirror reconcile --container photos --prefix 2026/ --dry-run --wait
  blobmirror reconcile --allow-deletes photos --wait deletes in photos what the source has no more, however much it is
  blobmirror reconcile list -o json | jq -r '.[0].id'
  blobmirror reconcile show 2026-11-25T13-09-31Z-4f2a
  blobmirror reconcile report 2026-11-25T13-09-31Z-4f2a -o json | jq -r 'select(.verdict == "deleted") | .path'
  blobmirror reconcile cancel 2026-11-25T13-09-31Z-4f2a
`;

export function reconcileCommand(): Command {
  const command = withRunOptions(
    new Command('reconcile').description('find and repair whatever events have missed: a full sync'),
  )
    .option('--container <name>', 'only this container, by its name at the source')
    .option('--prefix <path>', 'only blobs whose name begins so')
    .option('--dry-run', 'find and count what is out of step, and write nothing', false)
    .option('--allow-deletes <name...>', 'let deletions in these containers pass the guards')
    .option('--wait', 'stay until the run has ended, and tell how', false)
    .addHelpText('after', EXAMPLES)
    .action(async (options: ReconcileOptions) => {
      const { runReconcile } = await import('../run-reconcile.js');
      process.exitCode = await runReconcile(options);
    });

  withRunOptions(command.command('list').description('print the last runs, the newest first')).action(
    async (_, own: Command) => {
      const { listRuns } = await import('../run-reconcile.js');
      process.exitCode = await listRuns(own.optsWithGlobals<RunOptions>());
    },
  );
  for (const [name, description] of [
    ['show', 'print a run: counts, skips, failures, alerts'],
    ['cancel', 'end a run before its time; what it has repaired stays repaired'],
    ['report', 'print every key of a run that was out of step, and what became of it'],
  ] as const) {
    withRunOptions(
      command.command(name).description(description).argument('<id>', 'the id of the run'),
    ).action(async (id: string, _, own: Command) => {
      const commands = await import('../run-reconcile.js');
      const act = { show: commands.showRun, cancel: commands.cancelRun, report: commands.printReport }[name];
      process.exitCode = await act(id, own.optsWithGlobals<RunOptions>());
    });
  }
  return command;
}

/** They may stand before and after the name of a subcommand. */
function withRunOptions(command: Command): Command {
  return command
    .option('--local [file]', `take the connections from this file (default: ${READY_FILE})`)
    .addOption(new Option('-o, --output <format>').choices(['table', 'json']).default('table'));
}
