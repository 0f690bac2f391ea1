import type { LetterBox } from '../app/create-dead-letters.ts';
import type { DeadLetter, LettersDone } from '../model/dead-letter.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { parseLetterRequest } from '../model/parse-letter-request.ts';
import { describeLetter, describeLetters } from './deadletter/describe-letters.ts';
import { withLetterBox } from './deadletter/with-letter-box.ts';
import { EXIT } from './exit-codes.ts';
import type { LocalOption } from './local-option.ts';
import type { OutputOption } from './output/output-option.ts';
import { printData } from './output/print-data.ts';
import { printEach } from './output/print-each.ts';
import { tell } from './output/tell.ts';
import { count } from './plain-text.ts';

export interface LetterOptions extends LocalOption, OutputOption {}

export interface ChoiceOptions extends LetterOptions {
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
  return await withLetterBox(options, async (box) => {
    const summary = await box.summary();
    const letters: DeadLetter[] = [];
    for (let from: string | null | undefined; from !== null && letters.length < limit;) {
      const page = await box.list({ code, container, from, limit: Math.min(PAGE, limit - letters.length) });
      letters.push(...page.letters);
      from = page.next;
    }
    await printData(options, { summary, letters }, describeLetters);
    return EXIT.done;
  });
}

export async function showDeadLetter(id: string, options: LetterOptions): Promise<number> {
  return await withLetterBox(options, async (box) => {
    await printData(options, await box.show(id), describeLetter);
    return EXIT.done;
  });
}

export async function replayDeadLetters(ids: readonly string[], options: ChoiceOptions): Promise<number> {
  return await take(ids, options, 'replayed', (box) => box.replay);
}

export async function purgeDeadLetters(ids: readonly string[], options: PurgeOptions): Promise<number> {
  if (!options.yes && options.dryRun !== true)
    throw new BlobmirrorError(
      'request-invalid',
      'what is purged cannot be had back; --yes says that it is meant, and --dry-run tells what it would be',
    );
  return await take(ids, options, 'purged', (box) => box.purge);
}

export async function exportDeadLetters(options: Omit<ChoiceOptions, 'output'>): Promise<number> {
  const { code, container } = options;
  return await withLetterBox(options, async (box) => {
    await printEach(box.export({ code, container }));
    return EXIT.done;
  });
}

export async function acknowledgeDeadLetters(options: LetterOptions): Promise<number> {
  return await withLetterBox(options, async (box) => {
    const { until } = await box.acknowledge();
    await printData(options, { until }, () => `dead letters up to ${until} are acknowledged\n`);
    return EXIT.done;
  });
}

async function take(
  ids: readonly string[],
  options: ChoiceOptions,
  verb: 'replayed' | 'purged',
  act: (box: LetterBox) => LetterBox['replay'],
): Promise<number> {
  const { code, container, all, dryRun = false } = options;
  const { choice } = parseLetterRequest({
    ...(ids.length > 0 && { ids }),
    ...(code !== undefined && { code }),
    ...(container !== undefined && { container }),
    ...(all === true && { all }),
  });
  return await withLetterBox(options, async (box) => {
    const { done, ...rest } = await act(box)(choice, { dryRun });
    const told = { [verb]: done, ...rest, ...(dryRun && { dryRun }) };
    await printData(options, told, () => describe({ done, ...rest }, verb, dryRun));
    if (rest.failed > 0)
      tell('some are left: somebody else holds them for some minutes, or their queue did not take them');
    return rest.failed > 0 || !rest.isComplete ? EXIT.incomplete : EXIT.done;
  });
}

function describe({ done, gone, failed }: LettersDone, verb: string, dryRun: boolean): string {
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
