import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { toPrintable, toPrintableJson, toPrintableLines } from '../../model/printable.ts';
import { remindOf, spoke } from './reminders.ts';

export type OutputFormat = 'table' | 'json';

export interface OutputOption {
  readonly output: OutputFormat;
}

/** `-o, --output table|json`, of every command that prints data. */
export function withOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'table for people, json for programs')
      .choices(['table', 'json'] satisfies OutputFormat[])
      .default('table' satisfies OutputFormat),
  );
}

/** Writes the data of a command to standard output: the value as JSON, or the text that `describe` makes of it. */
export async function printData<Value>(
  { output }: { readonly output: OutputFormat },
  value: Value,
  describe: (value: Value) => string,
): Promise<void> {
  const text = output === 'json' ? `${JSON.stringify(value, undefined, 2)}\n` : describe(value);
  const printed = GUARDS[output](text);
  spoke();
  // Resolves after an error, too: the reader may have closed the pipe, as `head` does.
  await new Promise<void>((resolve) => process.stdout.write(printed, () => resolve()));
}

/** Text of a table may hold line breaks of its own; names in it were escaped when the table was made. */
const GUARDS: Readonly<Record<OutputFormat, (text: string) => string>> = {
  table: toPrintableLines,
  json: toPrintableJson,
};

/** Writes one line of data to standard output: JSON, or text. False when the reader is slow. */
export function printLine(line: string, format: OutputFormat): boolean {
  spoke();
  return process.stdout.write(`${format === 'json' ? toPrintableJson(line) : toPrintable(line)}\n`);
}

/** Writes lines to standard output, no faster than they are read. Stops when the reader closes the pipe. */
export async function printEach(lines: AsyncIterable<string>, format: OutputFormat): Promise<void> {
  const { stdout } = process;
  const gone = new Promise<void>((resolve) => stdout.once('error', () => resolve()));
  for await (const line of lines) {
    if (!printLine(line, format)) await Promise.race([once(stdout, 'drain'), gone]);
    if (stdout.errored) return;
  }
}

/** Moves the cursor home and clears the screen. */
const CLEAR_SCREEN = '\u001B[H\u001B[2J';

/** Writes text to standard output in the place of what a terminal shows. */
export function printScreen(text: string): void {
  spoke();
  process.stdout.write(`${process.stdout.isTTY ? CLEAR_SCREEN : ''}${toPrintableLines(text)}`);
}

/** A line or more for people, on standard error: standard output is for data alone. */
export function printMessage(lines: string): void {
  spoke();
  process.stderr.write(`${toPrintableLines(lines)}\n`);
}

export interface ProgressLine {
  /** Erases the line so that another can be printed. It reappears at the next interval. */
  clear(): void;
  stop(): void;
  /** Since the start of the command. */
  seconds(): number;
}

const EVERY_MS = 250;
const CLEAR = '\r\u001B[K';

/** A line on standard error that is redrawn four times a second; a reminder now and then where that is no terminal. */
export function startProgressLine(describe: () => string): ProgressLine {
  const started = performance.now();
  const isShown = process.stderr.isTTY;
  const clear = (): void => {
    if (isShown) process.stderr.write(CLEAR);
  };
  const draw = (): void => {
    spoke();
    process.stderr.write(CLEAR + toPrintable(describe()));
  };
  const timer = isShown ? setInterval(draw, EVERY_MS) : undefined;
  remindOf(describe);
  return {
    clear,
    stop: () => {
      clearInterval(timer);
      remindOf(undefined);
      clear();
    },
    seconds: () => (performance.now() - started) / 1000,
  };
}
