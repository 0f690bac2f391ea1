import { once } from 'node:events';
import { type Command, Option } from 'commander';

export type OutputFormat = 'table' | 'json';

export interface OutputOption {
  readonly output: OutputFormat;
}

/** `-o, --output table|json`, of every command that prints data. */
export function withOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'for people or for programs')
      .choices(['table', 'json'] satisfies OutputFormat[])
      .default('table' satisfies OutputFormat),
  );
}

/**
 * The data of a command on standard output, and nothing else goes there: `-o json` the value itself, else what
 * `describe` makes of it for people. Resolves when it is written.
 */
export async function printData<Value>(
  { output }: { readonly output: OutputFormat },
  value: Value,
  describe: (value: Value) => string,
): Promise<void> {
  const text = output === 'json' ? `${JSON.stringify(value, undefined, 2)}\n` : describe(value);
  // Whoever reads may have seen enough: `| head`.
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
}

/** Lines on standard output, no faster than they are taken; nothing more once nobody takes them: `| head`. */
export async function printEach(lines: AsyncIterable<string>): Promise<void> {
  const { stdout } = process;
  const gone = new Promise<void>((resolve) => stdout.once('error', () => resolve()));
  for await (const line of lines) {
    if (!stdout.write(`${line}\n`)) await Promise.race([once(stdout, 'drain'), gone]);
    if (stdout.errored) return;
  }
}

/** A line for whoever watches: on standard error, since standard output is for data alone. */
export function printMessage(line: string): void {
  process.stderr.write(`${line}\n`);
}

export interface ProgressLine {
  /** Takes the line away, so that another may be printed; it comes back by itself. */
  clear(): void;
  stop(): void;
  /** Since it was started. */
  seconds(): number;
}

const EVERY_MS = 250;
const CLEAR = '\r\u001B[K';

/** One line on the terminal's standard error that is written anew as things go on; nothing where there is no terminal. */
export function startProgressLine(describe: () => string): ProgressLine {
  const started = performance.now();
  const isShown = process.stderr.isTTY;
  const clear = (): void => {
    if (isShown) process.stderr.write(CLEAR);
  };
  const timer = isShown ? setInterval(() => process.stderr.write(CLEAR + describe()), EVERY_MS) : undefined;
  return {
    clear,
    stop: () => {
      clearInterval(timer);
      clear();
    },
    seconds: () => (performance.now() - started) / 1000,
  };
}
