import { Command } from 'commander';
import { nearest } from '../model/nearest.ts';
import { toPrintableLines } from '../model/printable.ts';
import { arrangeArguments } from './command-options.ts';
import { checkCommand } from './commands/check.ts';
import { deadletterCommand } from './commands/deadletter.ts';
import { historyCommand } from './commands/history.ts';
import { pauseCommand, resumeCommand } from './commands/pause.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { sasCommand } from './commands/sas.ts';
import { showCommand } from './commands/show.ts';
import { startCommand, workerCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { unprotectedCommand } from './commands/unprotected.ts';
import { verifyCommand } from './commands/verify.ts';
import { readVersion } from './package.ts';

/** The command line of `blobmirror`. Errors of a command line are thrown, after commander has printed them. */
export function createProgram(): Command {
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
    .addCommand(historyCommand())
    .addCommand(reconcileCommand())
    .addCommand(checkCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(deadletterCommand())
    .addCommand(sasCommand());
  adapt(program);
  return program;
}

/** Makes commander throw, so that a wrong command line of any subcommand ends with our exit status. */
function adapt(command: Command): void {
  command.exitOverride().configureOutput({
    writeErr: (text) => process.stderr.write(toPrintableLines(text.replace("'--local='", "'--local'"))),
  });
  command.commands.forEach(adapt);
}

/** @param args without Node and the script */
export async function runProgram(program: Command, args: readonly string[]): Promise<void> {
  const at = args.indexOf('--local');
  const after = at < 0 ? undefined : args[at + 1];
  try {
    await program.parseAsync([...arrangeArguments(args)], { from: 'user' });
  } catch (thrown) {
    const isExcess =
      thrown instanceof Error && 'code' in thrown && thrown.code === 'commander.excessArguments';
    if (isExcess && after !== undefined && !after.startsWith('-'))
      process.stderr.write(
        toPrintableLines(`(a file follows --local with an equals sign: --local=${after})\n`),
      );
    const meant = isExcess ? misspelt(program, args) : undefined;
    if (meant !== undefined) process.stderr.write(`(did you mean "${meant}"?)\n`);
    throw thrown;
  }
}

/** The subcommand that an operand was probably meant for, of a command that also runs without one. */
function misspelt(program: Command, args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => program.commands.some((command) => command.name() === arg));
  const command = program.commands.find((each) => each.name() === args[at]);
  const names = (command?.commands ?? []).map((each) => each.name());
  return args
    .slice(at + 1)
    .filter((arg) => !arg.startsWith('-'))
    .map((arg) => nearest(arg, names))
    .find((name) => name !== undefined);
}
