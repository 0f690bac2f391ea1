import { READY_FILE } from '@blobmirror/local/connections';
import { KNOWN_SETTINGS, findUnknownSettings } from '../config/known-settings.ts';
import {
  type AccountSettings,
  type Settings,
  readAccountSettings,
  readSettings,
  refuseUnknown,
} from '../config/settings.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { LocalOption } from './command-options.ts';
import { isLocalInstalled } from './load-local.ts';
import { withLocalSettings } from './local-settings.ts';
import { waitFor } from './output/reminders.ts';
import { type ReadyFile, readReadyFile, whyNotListening } from './ready-file.ts';

/** All settings of a command. */
export async function settingsOf(options: LocalOption): Promise<Settings> {
  const settings = readSettings(await environmentOf(options));
  const { serviceBus } = settings;
  const namespace =
    'fullyQualifiedNamespace' in serviceBus
      ? serviceBus.fullyQualifiedNamespace
      : /endpoint=\w+:\/\/([^/;]+)/i.exec(serviceBus.connectionString)?.[1];
  waitFor([...accountsOf(settings), ...(namespace === undefined ? [] : [namespace])]);
  return settings;
}

/** The settings of a command that uses no queue. */
export async function accountSettingsOf(options: LocalOption): Promise<AccountSettings> {
  return readAccountSettings(await accountEnvironmentOf(options));
}

/** The environment of a command that reads its settings itself. */
export async function accountEnvironmentOf(options: LocalOption): Promise<NodeJS.ProcessEnv> {
  const env = await environmentOf(options);
  waitFor(accountsOf(readAccountSettings(env)));
  return env;
}

function accountsOf({ source, backup, state }: AccountSettings): readonly string[] {
  return [source.accountName, backup.accountName, state.connection.accountName];
}

/**
 * The settings of a command: those of the environment, with the connections of a ready file where `--local` asks for it.
 *
 * @throws BlobmirrorError `setting-unknown`, `setting-missing` when nothing is set, `local-not-running` or
 * `ready-file-damaged`
 */
export async function environmentOf(options: LocalOption): Promise<NodeJS.ProcessEnv> {
  refuseUnknown(findUnknownSettings(process.env));
  const info = await readLocal(options);
  if (info !== undefined) return withLocalSettings(info, process.env);
  if (KNOWN_SETTINGS.some((name) => process.env[name]?.trim())) return process.env;
  throw new BlobmirrorError(
    'setting-missing',
    `no setting is set, so there is nothing to connect to; set BLOBMIRROR_SOURCE, BLOBMIRROR_BACKUP and the others of docs/settings.md${isLocalInstalled() ? ', or add --local for the accounts of "npm start"' : ''}`,
  );
}

/** The ready file of an environment that answers. Undefined: `--local` is not given. */
async function readLocal({ local }: LocalOption): Promise<ReadyFile | undefined> {
  if (local === undefined) return undefined;
  const file = local === true ? READY_FILE : local;
  const info = await readReadyFile(file);
  const lost = await whyNotListening(info.source.blobEndpoint);
  if (lost === undefined) return info;
  throw new BlobmirrorError('local-not-running', `the environment of ${file} does not answer: ${lost}`);
}
