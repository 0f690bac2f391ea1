import { describe, expect, it } from 'vitest';
import { parseContainerName } from '../../../src/model/key.ts';
import type { ReconcileRequest, ReportLine } from '../../../src/api/run.ts';
import { NO_COUNTS, addCounts } from '../../../src/reconcile/counts.ts';
import {
  countsOf,
  type Entry,
  type Kind,
  lineOf,
  type ModelContainer,
  toEntries,
} from './support/model-listing.ts';
import { type Chances, RunWorld } from './support/run-world.ts';
import { budget } from '../../support/budgets.ts';

const HISTORIES = budget(100);
const REQUEST: ReconcileRequest = { dryRun: false, allowDeletes: [], reason: 'timer' };
const KINDS: readonly Kind[] = ['same', 'same', 'changed', 'missing', 'archived', 'extra', 'foreign'];
const SEEN_IN_ANY_ORDER: readonly Kind[] = ['same', 'extra', 'foreign'];

function drawModel(draw: (bound: number) => number): ReadonlyMap<string, ModelContainer> {
  return new Map(
    Array.from({ length: 1 + draw(3) }, (_, c) => {
      const isUnordered = draw(4) === 0;
      const kinds = isUnordered ? SEEN_IN_ANY_ORDER : KINDS;
      const drawn = Array.from({ length: draw(30) }, () => kinds[draw(kinds.length)] ?? 'same');
      // A container of which nothing is left at the source is for the guards.
      const entries = toEntries(['same', ...drawn]).map(
        ({ kind, path }) => ({ kind, path: `${c}${path}` }) as Entry,
      );
      const unorderedAt = isUnordered ? draw(entries.length) : undefined;
      return [`container-${c}`, { entries, unorderedAt }];
    }),
  );
}

async function expectExact(seed: number, chances: Chances): Promise<void> {
  const world = new RunWorld(seed, drawModel, chances);
  const door = world.door();
  // What the guards let pass is not the question here.
  const allowDeletes = [...world.model.keys()].map(parseContainerName);
  const start = await door.start({ ...REQUEST, allowDeletes });
  if (!('started' in start)) throw new Error('no run began');
  await world.run();

  const run = await door.read(start.started.id);
  const all = [...world.model].flatMap(([container, { entries }]) =>
    entries.map((entry) => ({ container, entry })),
  );
  const extras = all.filter(({ entry }) => entry.kind === 'extra');
  const foreign = all.filter(({ entry }) => entry.kind === 'foreign').length;
  const atTheEnd = {
    ...(extras.length > 0 && { byVerdict: { deleted: extras.length } }),
    ...(foreign > 0 && { skipped: { 'backup-foreign': foreign } }),
  };
  const counts = addCounts(
    all.reduce((sum, { entry }) => addCounts(sum, countsOf(entry)), NO_COUNTS),
    atTheEnd,
  );
  const unordered = [...world.model].filter(([, { unorderedAt }]) => unorderedAt !== undefined);

  expect(run?.state, `seed ${seed}`).toBe('done');
  expect(
    Object.values(run?.shards ?? {}).filter(({ isDone, failed }) => !isDone || failed !== undefined),
  ).toEqual([]);
  // An extra of a container that is walked anew is nominated by both walks.
  const nominated = unordered.length === 0 ? counts.nominated : (run?.counts.nominated ?? 0);
  expect(run?.counts, `seed ${seed}`).toEqual({ ...counts, nominated });
  for (const [name, { entries, unorderedAt }] of world.model) {
    const count = (...kinds: Kind[]) => entries.filter(({ kind }) => kinds.includes(kind)).length;
    const stays = count('foreign');
    expect(run?.containers[name], `seed ${seed}, ${name}`).toEqual({
      source: entries.length - count('extra', 'foreign'),
      backup: entries.length - count('missing'),
      inStep: count('same'),
      extras: count('extra') + stays,
      mirroredExtras: count('extra'),
      ...(entries.length > 0 && { deletions: count('extra') }),
      ...(stays > 0 && { foreign: { 'backup-foreign': stays } }),
      ...(unorderedAt !== undefined && { unordered: true }),
    });
  }
  expect(run?.alerts.map(({ container }) => container).toSorted()).toEqual(
    unordered.map(([name]) => name).toSorted(),
  );

  const lines = (await Array.fromAsync(door.report(start.started.id))).map(
    (line) => JSON.parse(line) as ReportLine,
  );
  const expected = all.map(({ container, entry }) => {
    const { path, kind } = entry;
    if (kind === 'extra') return { container, path, verdict: 'deleted' };
    if (kind === 'foreign') return { container, path, verdict: 'skipped', reason: 'backup-foreign' };
    return lineOf(container, entry);
  });
  const byPath = (one: ReportLine, other: ReportLine) => (one.path < other.path ? -1 : 1);
  expect(lines.toSorted(byPath), `seed ${seed}`).toEqual(
    expected.filter((line) => line !== undefined).toSorted(byPath),
  );
  expect([...world.looks.keys()].toSorted()).toEqual(extras.map(({ entry }) => entry.path).toSorted());
  expect(world.queue.dead).toEqual([]);
}

describe('every slice counts once, every shard ends, and so does the run', () => {
  it.each<[string, Chances]>([
    ['when nothing goes wrong', { crash: 0, fault: 0, lostLock: 0 }],
    ['when workers die at any call', { crash: 0.08, fault: 0, lostLock: 0 }],
    ['when messages come twice', { crash: 0, fault: 0, lostLock: 0.05 }],
    ['when calls fail', { crash: 0, fault: 0.02, lostLock: 0 }],
    ['when all of that happens', { crash: 0.04, fault: 0.01, lostLock: 0.03 }],
    [
      'when somebody sends messages of any slice, with any claim',
      { crash: 0, fault: 0, lostLock: 0, forged: 0.2 },
    ],
    ['when that happens, too', { crash: 0.04, fault: 0.005, lostLock: 0.03, forged: 0.2 }],
  ])('%s', async (_, chances) => {
    for (let seed = 1; seed <= HISTORIES; seed++) await expectExact(seed, chances);
  });
});
