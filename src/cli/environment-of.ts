import { settingsOn } from '../local/environment.js';
import { READY_FILE, readReadyFile } from '../local/ready-file.js';
import type { LocalOption } from './local-option.js';

/** The settings of a command: those of the environment, with the connections of a ready file where `--local` asks for it. */
export async function environmentOf({ local }: LocalOption): Promise<NodeJS.ProcessEnv> {
  if (local === undefined) return process.env;
  const info = await readReadyFile(local === true ? READY_FILE : local);
  return settingsOn(info, process.env);
}
