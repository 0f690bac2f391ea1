import type { Command } from 'commander';
import { READY_FILE } from '@blobmirror/local/connections';
import { EXIT_CODES, type ExitName } from './exit-codes.ts';

export interface LocalOption {
  readonly local?: string | true;
}

/** The option again, for a command that is proposed: it should ask the same accounts. */
export function localFlag({ local }: LocalOption): string {
  if (local === undefined) return '';
  return local === true ? ' --local' : ` --local=${local}`;
}

/** `--local[=FILE]`, of every command that connects to something. */
export function withLocal(command: Command): Command {
  return command.option('--local [file]', `take the connections from this file (default: ${READY_FILE})`);
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
