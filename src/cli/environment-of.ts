import { READY_FILE } from '@blobmirror/local/connections';
import { withLocalSettings } from './local-settings.ts';
import { readReadyFile } from './ready-file.ts';
import type { LocalOption } from './command-options.ts';

/** The settings of a command: those of the environment, with the connections of a ready file where `--local` asks for it. */
export async function environmentOf({ local }: LocalOption): Promise<NodeJS.ProcessEnv> {
  if (local === undefined) return process.env;
  const info = await readReadyFile(local === true ? READY_FILE : local);
  return withLocalSettings(info, process.env);
}
