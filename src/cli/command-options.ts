import { type Command, InvalidArgumentError, Option } from 'commander';
import { READY_FILE } from '@blobmirror/local/connections';
import { BlobmirrorError } from '../model/errors.ts';
import { EXIT_CODES, type ExitName } from './exit-codes.ts';
import { sayLastWords, startReminders, timeoutWords } from './output/reminders.ts';

export interface LocalOption {
  readonly local?: string | true;
}

/**
 * `--local[=FILE]`, of every command that connects to something. The file follows an equals sign: otherwise the option
 * would take the subcommand or the operand after it for a file.
 */
export function withLocal(
  command: Command,
  meaning = 'take the connections from this file',
  preset?: true,
): Command {
  const option = new Option('--local [file]', `${meaning} (default: ${READY_FILE})`)
    .argParser((text) => (text === '' ? true : text))
    .default(preset);
  option.flags = '--local[=file]';
  return command.addOption(option);
}

/** Options of every command that asks accounts or queues and then ends. */
export function withConnection(command: Command): Command {
  return withLocal(command).addOption(
    new Option('--timeout <seconds>', 'end with an error when the command has not ended by then').argParser(
      (text) => {
        const seconds = Number(text);
        if (/^\d+(?:\.\d+)?$/.test(text) && seconds > 0 && seconds <= MAX_SECONDS) return seconds;
        throw new InvalidArgumentError('It should be a number of seconds above 0.');
      },
    ),
  );
}

/** The longest delay of a timer. */
const MAX_SECONDS = 2_147_483;

/**
 * What a command does: with its options and those of the command above it, its time limit, and a word while it waits.
 *
 * @param run resolves with the exit status
 */
export function withAction(
  command: Command,
  run: (options: never, ...operands: never[]) => Promise<number>,
): Command {
  return command.action(async (...given: unknown[]) => {
    const options = (given.at(-1) as Command).optsWithGlobals<{ readonly timeout?: number }>();
    const operands = given.slice(0, -2) as never[];
    process.exitCode = await inTime(async () => await run(options as never, ...operands), options.timeout);
  });
}

/** @throws BlobmirrorError `command-timed-out` */
export async function inTime<Result>(
  run: () => Promise<Result>,
  timeout: number | undefined,
): Promise<Result> {
  const endReminders = startReminders();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    if (timeout === undefined) return;
    timer = setTimeout(() => {
      const { waits, ...hint } = timeoutWords();
      const message = `the command has not ended within ${timeout} s (--timeout), ${waits}`;
      void sayLastWords().finally(() => reject(new BlobmirrorError('command-timed-out', message, hint)));
    }, timeout * 1000);
  });
  try {
    return await Promise.race([run(), limit]);
  } finally {
    clearTimeout(timer);
    endReminders();
  }
}

const SHARED_WITH_VALUE: ReadonlySet<string> = new Set(['-o', '--output', '--timeout']);
const SHARED = /^(?:-o.|--(?:output|timeout|local)=)/;

/**
 * Moves the options that commands share behind the subcommand, so that they work before and after it, and ends a bare
 * `--local` with its equals sign, so that it takes no operand.
 */
export function arrangeArguments(args: readonly string[]): readonly string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const [kept, moved]: [string[], string[]] = [[], []];
  for (let i = 0; i < end; i++) {
    const arg = args[i] ?? '';
    if (arg === '--local') moved.push('--local=');
    else if (SHARED.test(arg)) moved.push(arg);
    else if (SHARED_WITH_VALUE.has(arg) && i + 1 < end) moved.push(arg, args[++i] ?? '');
    else kept.push(arg);
  }
  return [...kept, ...moved, ...args.slice(end)];
}

export interface HelpAfter {
  /** What to know before the first use. */
  readonly notes?: string;
  /** Command lines and their purposes. */
  readonly examples: readonly (readonly [line: string, purpose?: string])[];
  /** Exit statuses besides done, failed and usage. A text replaces the general meaning. */
  readonly ends?: Partial<Readonly<Record<ExitName, string | true>>>;
}

/** The end of a help text: notes, exit statuses, and examples last, where they are seen. */
export function helpAfter({ notes, examples, ends = {} }: HelpAfter): string {
  const width = Math.max(...examples.map(([line, purpose]) => (purpose === undefined ? 0 : line.length)));
  const all: HelpAfter['ends'] = { done: true, failed: true, usage: true, ...ends };
  const statuses = Object.entries(EXIT_CODES).flatMap(([name, { status, meaning }]) => {
    const own = all[name as ExitName];
    return own === undefined ? [] : [`  ${String(status).padEnd(4)} ${own === true ? meaning : own}`];
  });
  return [
    notes === undefined ? [] : ['', notes],
    ['', 'Exit status:', ...statuses],
    ['', 'Examples:'],
    examples.map(([line, purpose]) =>
      purpose === undefined ? `  ${line}` : `  ${line.padEnd(width)}   ${purpose}`,
    ),
  ]
    .flat()
    .join('\n');
}
