#!/usr/bin/env node
/**
 * The `blobmirror` command: a file per subcommand under commands/, which says what it takes. What it does is loaded
 * when it is done, so that a help text does not wait for the Azure SDKs. Data goes to standard output, everything else
 * to standard error.
 */
import './require-node.ts';
import { Command, CommanderError } from 'commander';
import { toBlobmirrorError } from '../model/errors.ts';
import { checkCommand } from './commands/check.ts';
import { pauseCommand, resumeCommand } from './commands/pause.ts';
import { deadletterCommand } from './commands/deadletter.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { sasCommand } from './commands/sas.ts';
import { startCommand, workerCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { verifyCommand } from './commands/verify.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { keepCompiled } from './keep-compiled.ts';
import { readVersion } from './package.ts';

const program = new Command('blobmirror')
  .description('Mirrors an Azure Storage account to a backup account, event by event.')
  .version(readVersion())
  .showHelpAfterError('(blobmirror --help lists the commands)')
  .addCommand(startCommand())
  .addCommand(workerCommand())
  .addCommand(statusCommand())
  .addCommand(verifyCommand())
  .addCommand(reconcileCommand())
  .addCommand(checkCommand())
  .addCommand(pauseCommand())
  .addCommand(resumeCommand())
  .addCommand(deadletterCommand())
  .addCommand(sasCommand());
overrideExit(program);
program.hook('preAction', (_, command) => {
  // The embedded environment is large, and has to end within seconds.
  if (command.name() !== 'start') keepCompiled();
});

// Whoever reads may have seen enough, `| head`; what goes on does not depend on it.
process.stdout.on('error', () => undefined);

// What is left to wait for is at most a socket, a minute long when its other end died.
process.exit(await run());

/** A wrong command line is told of here, whichever command it was meant for. */
function overrideExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(overrideExit);
}

async function run(): Promise<number> {
  try {
    await program.parseAsync();
    // A command that ended well may still have an answer to give.
    return Number(process.exitCode ?? EXIT.done);
  } catch (thrown) {
    return report(thrown);
  }
}

/** One line on standard error for whatever went wrong; commander has printed its own already. */
function report(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
  const error = toBlobmirrorError(thrown);
  const hint = error.code === 'unexpected' ? '' : ` ${error.hint}`;
  process.stderr.write(`blobmirror: ${error.message}.${hint}\n`);
  return exitCodeOf(thrown);
}
