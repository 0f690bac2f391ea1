#!/usr/bin/env node
/**
 * The `blobmirror` command. Each file of commands/ declares the options of subcommands; their code in run-*.ts is loaded
 * when they run, so that a help text does not load the Azure SDKs. Data goes to standard output, everything else to
 * standard error.
 */
import './require-node.ts';
import { Command, CommanderError } from 'commander';
import { toBlobmirrorError } from '../model/errors.ts';
import { toPrintable } from '../model/printable.ts';
import { checkCommand } from './commands/check.ts';
import { pauseCommand, resumeCommand } from './commands/pause.ts';
import { deadletterCommand } from './commands/deadletter.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { sasCommand } from './commands/sas.ts';
import { showCommand } from './commands/show.ts';
import { startCommand, workerCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { unprotectedCommand } from './commands/unprotected.ts';
import { verifyCommand } from './commands/verify.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { keepCompiled } from './keep-compiled.ts';
import { fromLocalError } from './load-local.ts';
import { printMessage } from './output/print.ts';
import { readVersion } from './package.ts';

const program = new Command('blobmirror')
  .description('Mirrors an Azure Storage account to a backup account, event by event.')
  .version(readVersion())
  .showHelpAfterError('(blobmirror --help lists the commands)')
  .addCommand(startCommand())
  .addCommand(workerCommand())
  .addCommand(statusCommand())
  .addCommand(unprotectedCommand())
  .addCommand(verifyCommand())
  .addCommand(showCommand())
  .addCommand(reconcileCommand())
  .addCommand(checkCommand())
  .addCommand(pauseCommand())
  .addCommand(resumeCommand())
  .addCommand(deadletterCommand())
  .addCommand(sasCommand());
overrideExit(program);
program.hook('preAction', (_, command) => {
  // Not for `start`: writing the cache of the embedded environment would delay its stop.
  if (command.name() !== 'start') keepCompiled();
});

// The reader may close the pipe, as `head` does.
process.stdout.on('error', () => undefined);

// Otherwise a socket whose other end is gone would keep the process alive for a minute.
process.exit(await run());

/** Makes commander throw, so that a wrong command line of any subcommand ends with our exit status. */
function overrideExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(overrideExit);
}

async function run(): Promise<number> {
  try {
    await program.parseAsync();
    // A command sets it to say more than `done`.
    return Number(process.exitCode ?? EXIT.done);
  } catch (thrown) {
    return report(thrown);
  }
}

/** One line on standard error. Commander has already printed its own errors. */
function report(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
  const cause = fromLocalError(thrown);
  const error = toBlobmirrorError(cause);
  const hint = error.code === 'unexpected' ? '' : ` ${error.hint}`;
  printMessage(toPrintable(`blobmirror: ${error.message}.${hint}`));
  return exitCodeOf(cause);
}
