import { createDeadLetters, type LetterBox } from '../../app/create-dead-letters.ts';
import { readSettings } from '../../config/settings.ts';
import { createLogger } from '../../telemetry/create-logger.ts';
import { environmentOf } from '../environment-of.ts';
import type { LocalOption } from '../local-option.ts';

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
