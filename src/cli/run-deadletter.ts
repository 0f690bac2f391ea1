import { parseDeadLetterRequest } from '../api/dead-letter-request.ts';
import type { DeadLetter, ProcessedDeadLetters } from '../api/dead-letter.ts';
import type { LocalOption } from './command-options.ts';
import { describeDeadLetter, describeDeadLetters } from './describe-dead-letters.ts';
import { settingsOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import { type OutputOption, printData, printEach, printMessage } from './output/print.ts';
import { count } from './output/table.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { quoted } from '../model/printable.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createCommandApp } from '../wiring/create-command-app.ts';
import type { DeadLetters } from '../wiring/create-dead-letters.ts';

type DeadLetterStore = DeadLetters['store'];

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
  return await withDeadLetters(options, async (store) => {
    const summary = await store.summary();
    const letters: DeadLetter[] = [];
    for (let from: string | null | undefined; from !== null && letters.length < limit;) {
      const page = await store.list({ code, container, from, limit: Math.min(PAGE, limit - letters.length) });
      letters.push(...page.letters);
      from = page.next;
    }
    await printData(options, { summary, letters }, (listed) => describeDeadLetters(listed, options));
    return EXIT.done;
  });
}

export async function showDeadLetter(id: string, options: DeadLetterOptions): Promise<number> {
  return await withDeadLetters(options, async (store) => {
    await printData(options, await store.show(id), (letter) => describeDeadLetter(letter, options));
    return EXIT.done;
  });
}

export async function replayDeadLetters(ids: readonly string[], options: ChoiceOptions): Promise<number> {
  return await processChosen(ids, options, 'replayed', (store) => store.replay);
}

export async function purgeDeadLetters(ids: readonly string[], options: PurgeOptions): Promise<number> {
  if (!options.yes && options.dryRun !== true)
    throw new BlobmirrorError(
      'request-invalid',
      'a purge cannot be undone; add --yes to purge, or --dry-run to see what it would delete',
    );
  return await processChosen(ids, options, 'purged', (store) => store.purge);
}

export async function exportDeadLetters(options: Omit<ChoiceOptions, 'output'>): Promise<number> {
  const { code, container } = options;
  return await withDeadLetters(options, async (store) => {
    await printEach(store.export({ code, container }), 'json');
    return EXIT.done;
  });
}

export async function acknowledgeDeadLetters(options: DeadLetterOptions): Promise<number> {
  return await withDeadLetters(options, async (store) => {
    const { until } = await store.acknowledge();
    await printData(options, { until }, () => `dead letters up to ${until} are acknowledged\n`);
    return EXIT.done;
  });
}

async function processChosen(
  ids: readonly string[],
  options: ChoiceOptions,
  verb: 'replayed' | 'purged',
  act: (store: DeadLetterStore) => DeadLetterStore['replay'],
): Promise<number> {
  const { code, container, all, dryRun = false } = options;
  const ways = [ids.length > 0, all === true, (code ?? container) !== undefined].filter(Boolean);
  if (ways.length !== 1)
    throw new BlobmirrorError('request-invalid', 'give ids, --all, or --code and/or --container');
  const { choice } = parseDeadLetterRequest({
    ...(ids.length > 0 && { ids }),
    ...(code !== undefined && { code }),
    ...(container !== undefined && { container }),
    ...(all === true && { all }),
  });
  return await withDeadLetters(options, async (store) => {
    const { done, ...rest } = await act(store)(choice, { dryRun });
    const result = { [verb]: done, ...rest, ...(dryRun && { dryRun }) };
    await printData(options, result, () => describe({ done, ...rest }, verb, dryRun));
    if (rest.failed > 0)
      printMessage(
        'some dead letters are left: another receiver holds them for some minutes, or their queue refused them; run the command again',
      );
    return rest.failed > 0 || !rest.isComplete ? EXIT.incomplete : EXIT.done;
  });
}

function describe({ done, gone, failed }: ProcessedDeadLetters, verb: string, dryRun: boolean): string {
  if (done + gone + failed === 0)
    return `no dead letter matched: nothing ${dryRun ? 'would be' : 'was'} ${verb}\n`;
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
  throw new BlobmirrorError('request-invalid', `--limit is ${quoted(text)}; it should be a whole number`);
}

async function withDeadLetters<Result>(
  options: LocalOption,
  use: (store: DeadLetterStore) => Promise<Result>,
): Promise<Result> {
  const settings = await settingsOf(options);
  // The command prints its errors itself.
  const { deadLetters, stop } = createCommandApp(settings, createLogger('silent'));
  try {
    return await use(deadLetters.store);
  } finally {
    await stop();
  }
}
