import { createDeadLetters, type LetterBox } from '../../app/create-dead-letters.js';
import { readSettings } from '../../config/settings.js';
import { createLogger } from '../../telemetry/create-logger.js';
import { environmentOf } from '../environment-of.js';
import type { LocalOption } from '../local-option.js';

/** The dead letters of a command: it asks the queues and the state themselves, and needs no app to listen. */
export async function withLetterBox<Result>(
  options: LocalOption,
  use: (box: LetterBox) => Promise<Result>,
): Promise<Result> {
  const settings = readSettings(await environmentOf(options));
  // What goes wrong is told of by the command itself.
  const deadLetters = createDeadLetters(settings, createLogger('silent'));
  try {
    return await use(deadLetters.box);
  } finally {
    await deadLetters.stop();
  }
}
