import { damaged, isUnreadable } from '../../documents/change-document.ts';
import type { PlacedLine } from '../../api/line-page.ts';
import type { ReportLine, Run } from '../../api/run.ts';
import type { RunId } from '../../model/run-id.ts';
import { BlobmirrorError, toBlobmirrorError } from '../../model/errors.ts';
import { SHARD_NAME } from '../../model/shard-message.ts';
import { reportLineSchema } from './run-document.ts';
import type { ReconcilerContext } from './reconciler-context.ts';
import { foreignKeys, readOutcomeOf, stoppedKeys } from './extras.ts';
import { toFailedLine } from './plan-run.ts';

/**
 * A place in a report: a line of a slice, or a line among the keys of a container that stay. As text `c3/0/12`,
 * `stopped/photos/12`, `foreign/photos/12`; numbers count from 0. Parts before it are not read again.
 */
type ReportPlace =
  | { readonly part: 'slice'; readonly shard: string; readonly slice: number; readonly line: number }
  | { readonly part: 'stopped' | 'foreign'; readonly container: string; readonly line: number };

const PLACE_THAT_STAYS = /^(?<part>stopped|foreign)\/(?<container>[^/]{1,255})\/(?<line>\d{1,12})$/;
const PLACE_OF_SLICE = /^(?<shard>[^/]{1,40})\/(?<slice>\d{1,9})\/(?<line>\d{1,12})$/;

/** @throws BlobmirrorError `request-invalid` */
function parsePlace(text: string): ReportPlace {
  const { part, container, line: kept } = PLACE_THAT_STAYS.exec(text)?.groups ?? {};
  if (container !== undefined)
    return { part: part === 'stopped' ? 'stopped' : 'foreign', container, line: Number(kept) };
  const { shard, slice, line } = PLACE_OF_SLICE.exec(text)?.groups ?? {};
  if (shard !== undefined && SHARD_NAME.test(shard))
    return { part: 'slice', shard, slice: Number(slice), line: Number(line) };
  throw noPlace();
}

function noPlace(): BlobmirrorError {
  return new BlobmirrorError(
    'request-invalid',
    'from is no place in this report; it should be the next of a page',
  );
}

/**
 * Every key of a run that was out of step, as lines of JSON (`ReportLine`); none if there is no such run. A part that
 * cannot be read is a line with an empty path.
 *
 * @param from the place of a line, to begin there
 * @throws BlobmirrorError `request-invalid` when `from` is no place
 */
export async function* reportRun(
  { parts: { documents }, runs }: ReconcilerContext,
  id: RunId,
  from?: string,
): AsyncGenerator<PlacedLine, void, void> {
  const start = from === undefined ? undefined : parsePlace(from);
  const run = await runs.read(id);
  if (run === undefined) return;
  if (start?.part === 'slice' && !Object.hasOwn(run.shards, start.shard)) throw noPlace();
  // A few lines, of which none begins a page.
  if (start === undefined) for (const line of failures(run)) yield toPlaced(line, undefined);
  if (start === undefined || start.part === 'slice')
    for (const [shard, { container, slices }] of shardsFrom(run, start?.shard)) {
      const first = shard === start?.shard ? start : { slice: 0, line: 0 };
      yield* withDamageLine(container, sliceLines(documents, { run: id, shard, slices }, first));
    }

  // What stays is known only after the compare phase, when the guards have decided.
  if (run.state === 'comparing') return;
  yield* linesThatStay(documents, run, start?.part === 'slice' ? undefined : start);
}

function* failures(run: Run): Generator<ReportLine, void, void> {
  if (run.state === 'damaged') for (const alert of run.alerts) yield toFailedLine('', alert);
  for (const [container, { failed }] of Object.entries(run.containers))
    if (failed !== undefined) yield toFailedLine(container, failed);
}

function shardsFrom(run: Run, first = ''): [string, Run['shards'][string]][] {
  return Object.entries(run.shards)
    .filter(([shard]) => shard >= first)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}

type Documents = ReconcilerContext['parts']['documents'];

async function* sliceLines(
  documents: Documents,
  { run, shard, slices }: { readonly run: RunId; readonly shard: string; readonly slices: number },
  first: { readonly slice: number; readonly line: number },
): AsyncGenerator<PlacedLine, void, void> {
  for (let { slice } = first; slice < slices; slice++) {
    const { report, reportCount } = await readOutcomeOf(documents, { run, shard, slice });
    if (report === undefined) continue;
    const skip = slice === first.slice ? first.line : 0;
    let count = 0;
    for await (const line of documents.readLines(report)) {
      if (!isReportLine(line)) throw damaged(report, 'a line of it has another format');
      if (count >= skip) yield { line, place: `${shard}/${slice}/${count}` };
      count++;
    }
    if (count !== (reportCount ?? count)) throw damaged(report, `it has ${count} lines of ${reportCount}`);
  }
}

async function* linesThatStay(
  documents: Documents,
  run: Run,
  start: Exclude<ReportPlace, { part: 'slice' }> | undefined,
): AsyncGenerator<PlacedLine, void, void> {
  let isReached = start === undefined;
  for (const [container, { stopped, foreign }] of Object.entries(run.containers)) {
    isReached ||= container === start?.container;
    if (!isReached || (stopped === undefined && foreign === undefined)) continue;
    const first = container === start?.container ? start : { part: 'stopped' as const, line: 0 };
    const skip = (part: 'stopped' | 'foreign'): number => (part === first.part ? first.line : 0);
    if (first.part === 'stopped')
      yield* withDamageLine(
        container,
        placed(
          stoppedKeys(documents, run, container, stopped, skip('stopped')),
          (line) => `stopped/${container}/${skip('stopped') + line}`,
        ),
      );
    yield* withDamageLine(
      container,
      placed(
        foreignKeys(documents, run, container, stopped, skip('foreign')),
        (line) => `foreign/${container}/${skip('foreign') + line}`,
      ),
    );
  }
}

async function* placed(
  lines: AsyncIterable<ReportLine>,
  place: (line: number) => string,
): AsyncGenerator<PlacedLine, void, void> {
  let count = 0;
  for await (const line of lines) yield toPlaced(line, place(count++));
}

function toPlaced(line: ReportLine, place: string | undefined): PlacedLine {
  return { line: JSON.stringify(line), place };
}

/** The lines, and one more if the rest is damaged. */
async function* withDamageLine(
  container: string,
  lines: AsyncIterable<PlacedLine>,
): AsyncGenerator<PlacedLine, void, void> {
  try {
    yield* lines;
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    if (!isUnreadable(error)) throw thrown;
    yield toPlaced(toFailedLine(container, { code: error.code, detail: error.message }), undefined);
  }
}

function isReportLine(line: string): boolean {
  try {
    return reportLineSchema.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}
