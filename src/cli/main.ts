#!/usr/bin/env node
/**
 * The `blobmirror` command. Each file of commands/ declares the options of subcommands; their code in run-*.ts is loaded
 * when they run, so that a help text does not load the Azure SDKs. Data goes to standard output, everything else to
 * standard error.
 */
import './require-node.ts';
import { CommanderError } from 'commander';
import { toBlobmirrorError } from '../model/errors.ts';
import { toPrintable } from '../model/printable.ts';
import type { LocalOption } from './command-options.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { hintOf } from './hints.ts';
import { keepCompiled } from './keep-compiled.ts';
import { fromLocalError } from './load-local.ts';
import { printMessage } from './output/print.ts';
import { createProgram, runProgram } from './program.ts';

const program = createProgram();
/** Those of the command that runs. */
let options: LocalOption = {};
program.hook('preAction', (_, command) => {
  // Not for `start`: writing the cache of the embedded environment would delay its stop.
  if (command.name() !== 'start') keepCompiled();
  options = command.optsWithGlobals();
});

// The reader may close the pipe, as `head` does.
process.stdout.on('error', () => undefined);

// Otherwise a socket whose other end is gone would keep the process alive for a minute.
process.exit(await run());

async function run(): Promise<number> {
  try {
    await runProgram(program, process.argv.slice(2));
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
  const hint = error.code === 'unexpected' ? '' : ` ${hintOf(error, options)}`;
  const message = error.message.replace(/[?.]$/, '');
  const end = error.message.endsWith('?') ? '?' : '.';
  printMessage(toPrintable(`blobmirror: ${message}${end}${hint}`));
  return exitCodeOf(cause);
}
