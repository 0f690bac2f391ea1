import type { Command } from 'commander';
import { READY_FILE } from '../local/ready-file.js';

export interface LocalOption {
  readonly local?: string | true;
}

/** `--local[=FILE]`, of every command that connects to something. */
export function withLocal(command: Command): Command {
  return command.option('--local [file]', `take the connections from this file (default: ${READY_FILE})`);
}
