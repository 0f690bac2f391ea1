import { type KeyVerdict, parseShownKey } from '../api/shown-key.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createCommandApp } from '../wiring/create-command-app.ts';
import type { LocalOption } from './command-options.ts';
import { describeKey } from './describe-key.ts';
import { settingsOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import { type OutputOption, printData } from './output/print.ts';

export interface ShowOptions extends LocalOption, OutputOption {}

const STATUS: Readonly<Record<KeyVerdict['state'], number>> = {
  'in-step': EXIT.done,
  differs: EXIT.different,
  unknown: EXIT.incomplete,
  absent: EXIT.nothing,
  'not-mirrored': EXIT.nothing,
};

/** Prints what is known of one key. Resolves with the exit status. */
export async function runShow(text: string, options: ShowOptions): Promise<number> {
  const key = parseShownKey(text);
  const settings = await settingsOf(options);
  // What fails is told as unknown.
  const { showKey, stop } = createCommandApp(settings, createLogger('silent'));
  try {
    const shown = await showKey(key);
    await printData(options, shown, (each) => describeKey(each, options));
    return STATUS[shown.verdict.state];
  } finally {
    await stop();
  }
}
