import { hostname, userInfo } from 'node:os';
import { openControl } from '../app/open-control.ts';
import { openDocuments } from '../app/open-documents.ts';
import { readAccountSettings } from '../config/settings.ts';
import { parsePauseRequest } from '../model/parse-pause-request.ts';
import type { Pause } from '../model/pause.ts';
import { createLogger } from '../telemetry/create-logger.ts';
import { environmentOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import { localFlag, type LocalOption } from './local-option.ts';
import type { OutputOption } from './output/output-option.ts';
import { printData } from './output/print-data.ts';
import { tell } from './output/tell.ts';
import { toTable } from './output/to-table.ts';

export interface PauseOptions extends LocalOption, OutputOption {
  readonly reason?: string;
}

/** The exit status. */
export async function runPause(options: PauseOptions): Promise<number> {
  const wish = parsePauseRequest(options.reason === undefined ? {} : { reason: options.reason });
  const paused = await (await open(options)).pause({ by: whoAmI(), ...wish });
  await printData(options, { paused }, describe);
  tell(`workers stop within seconds, and messages wait; to go on: blobmirror resume${localFlag(options)}`);
  return EXIT.done;
}

/** The exit status. */
export async function runResume(options: LocalOption & OutputOption): Promise<number> {
  const ended = await (await open(options)).resume();
  if (options.output === 'json') await printData(options, { paused: null, ended: ended ?? null }, () => '');
  tell(
    ended === undefined
      ? 'mirroring was not paused'
      : `mirroring goes on; it was paused since ${ended.since}`,
  );
  return EXIT.done;
}

/** The state alone is asked: it needs neither the app nor the queues. */
async function open(options: LocalOption) {
  return openControl(
    openDocuments(readAccountSettings(await environmentOf(options))),
    createLogger('silent'),
  );
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
    // A user whom the system has no name for.
    return hostname();
  }
}
