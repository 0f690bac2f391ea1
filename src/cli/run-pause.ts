import { hostname, userInfo } from 'node:os';
import { openPauseStore } from '../wiring/open-documents.ts';
import { type Pause, parsePauseRequest } from '../api/pause.ts';
import { accountSettingsOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import type { LocalOption } from './command-options.ts';
import { localized } from './hints.ts';
import { type OutputOption, printData, printMessage } from './output/print.ts';
import { toTable } from './output/table.ts';

export interface PauseOptions extends LocalOption, OutputOption {
  readonly reason?: string;
}

/** The exit status. */
export async function runPause(options: PauseOptions): Promise<number> {
  const request = parsePauseRequest(options.reason === undefined ? {} : { reason: options.reason });
  const paused = await (await open(options)).pause({ by: whoAmI(), ...request });
  await printData(options, { paused }, describe);
  if (request.reason !== undefined && paused.reason !== request.reason)
    printMessage(
      localized(
        'mirroring was paused before, and the reason was not changed; to change it: blobmirror resume, then pause again',
        options,
      ),
    );
  printMessage(
    localized('workers stop within seconds and messages wait; to resume: blobmirror resume', options),
  );
  return EXIT.done;
}

/** The exit status. */
export async function runResume(options: LocalOption & OutputOption): Promise<number> {
  const ended = await (await open(options)).resume();
  if (options.output === 'json') await printData(options, { paused: null, ended: ended ?? null }, () => '');
  printMessage(
    ended === undefined
      ? 'mirroring was not paused'
      : `mirroring resumed; it was paused since ${ended.since}`,
  );
  return EXIT.done;
}

/** Uses the state alone: it works while the app and the queues are down. */
async function open(options: LocalOption) {
  return openPauseStore(await accountSettingsOf(options));
}

function describe({ paused: { since, by, reason } }: { readonly paused: Pause }): string {
  return toTable([
    ['paused since', since],
    ['by', by ?? ''],
    ...(reason === undefined ? [] : [['reason', reason]]),
  ]);
}

function whoAmI(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // The user id has no entry in the user database.
    return hostname();
  }
}
