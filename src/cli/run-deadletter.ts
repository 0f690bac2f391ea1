import { parseDeadLetterRequest } from '../api/dead-letter-request.ts';
import type { DeadLetter, ProcessedDeadLetters } from '../api/dead-letter.ts';
import type { LocalOption } from './command-options.ts';
import { describeDeadLetter, describeDeadLetters } from './describe-dead-letters.ts';
import { environmentOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import { type OutputOption, printData, printEach, printMessage } from './output/print.ts';
import { count } from './output/table.ts';
import { readSettings } from '../config/settings.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { createLogger } from '../telemetry/logger.ts';
import { type LetterBox, createDeadLetters } from '../wiring/create-dead-letters.ts';

export interface DeadLetterOptions extends LocalOption, OutputOption {}

export interface ChoiceOptions extends DeadLetterOptions {
  readonly code?: string;
  readonly container?: string;
  readonly all?: true;
  readonly dryRun?: boolean;
}

export interface PurgeOptions extends ChoiceOptions {
  readonly yes: boolean;
}

const PAGE = 500;

export async function listDeadLetters(options: ChoiceOptions & { readonly limit: string }): Promise<number> {
  const limit = parseLimit(options.limit);
  const { code, container } = options;
  return await withDeadLetters(options, async (box) => {
    const summary = await box.summary();
    const letters: DeadLetter[] = [];
    for (let from: string | null | undefined; from !== null && letters.length < limit;) {
      const page = await box.list({ code, container, from, limit: Math.min(PAGE, limit - letters.length) });
      letters.push(...page.letters);
      from = page.next;
    }
    await printData(options, { summary, letters }, describeDeadLetters);
    return EXIT.done;
  });
}

export async function showDeadLetter(id: string, options: DeadLetterOptions): Promise<number> {
  return await withDeadLetters(options, async (box) => {
    await printData(options, await box.show(id), describeDeadLetter);
    return EXIT.done;
  });
}

export async function replayDeadLetters(ids: readonly string[], options: ChoiceOptions): Promise<number> {
  return await processChosen(ids, options, 'replayed', (box) => box.replay);
}

export async function purgeDeadLetters(ids: readonly string[], options: PurgeOptions): Promise<number> {
  if (!options.yes && options.dryRun !== true)
    throw new BlobmirrorError(
      'request-invalid',
      'what is purged cannot be had back; --yes says that it is meant, and --dry-run tells what it would be',
    );
  return await processChosen(ids, options, 'purged', (box) => box.purge);
}

export async function exportDeadLetters(options: Omit<ChoiceOptions, 'output'>): Promise<number> {
  const { code, container } = options;
  return await withDeadLetters(options, async (box) => {
    await printEach(box.export({ code, container }));
    return EXIT.done;
  });
}

export async function acknowledgeDeadLetters(options: DeadLetterOptions): Promise<number> {
  return await withDeadLetters(options, async (box) => {
    const { until } = await box.acknowledge();
    await printData(options, { until }, () => `dead letters up to ${until} are acknowledged\n`);
    return EXIT.done;
  });
}

async function processChosen(
  ids: readonly string[],
  options: ChoiceOptions,
  verb: 'replayed' | 'purged',
  act: (box: LetterBox) => LetterBox['replay'],
): Promise<number> {
  const { code, container, all, dryRun = false } = options;
  const { choice } = parseDeadLetterRequest({
    ...(ids.length > 0 && { ids }),
    ...(code !== undefined && { code }),
    ...(container !== undefined && { container }),
    ...(all === true && { all }),
  });
  return await withDeadLetters(options, async (box) => {
    const { done, ...rest } = await act(box)(choice, { dryRun });
    const told = { [verb]: done, ...rest, ...(dryRun && { dryRun }) };
    await printData(options, told, () => describe({ done, ...rest }, verb, dryRun));
    if (rest.failed > 0)
      printMessage(
        'some are left: somebody else holds them for some minutes, or their queue did not take them',
      );
    return rest.failed > 0 || !rest.isComplete ? EXIT.incomplete : EXIT.done;
  });
}

function describe({ done, gone, failed }: ProcessedDeadLetters, verb: string, dryRun: boolean): string {
  const parts = [
    `${count(done, 'dead letter')} ${dryRun ? `would be ${verb}` : verb}`,
    gone > 0 && `${gone.toLocaleString('en')} gone`,
    failed > 0 && `${failed.toLocaleString('en')} left`,
  ];
  return `${parts.filter(Boolean).join(', ')}\n`;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 0) return limit;
  throw new BlobmirrorError(
    'request-invalid',
    `--limit is ${JSON.stringify(text)}; it should be a whole number`,
  );
}

/** The dead letters of a command: it asks the queues and the state themselves, and needs no app to listen. */
async function withDeadLetters<Result>(
  options: LocalOption,
  use: (box: LetterBox) => Promise<Result>,
): Promise<Result> {
  const settings = readSettings(await environmentOf(options));
  // What goes wrong is told of by the command itself.
  const deadLetters = createDeadLetters(settings, createLogger('silent'));
  try {
    return await use(deadLetters.store);
  } finally {
    await deadLetters.stop();
  }
}
