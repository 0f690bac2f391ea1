import type { Command } from 'commander';
import { READY_FILE } from '../local/ready-file.ts';

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
