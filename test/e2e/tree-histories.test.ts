import { expect, onTestFailed, test } from 'vitest';
import { expectEqualLakes } from './support/expect-equal-lakes.ts';
import { forEach } from './support/for-each.ts';
import { playHistory } from './support/play-history.ts';
import { startMirroredLakes } from './support/start-mirrored-lakes.ts';
import { budget } from '../support/budgets.ts';

/** `BLOBMIRROR_SEED=17` plays only that history. */
const ALONE = process.env['BLOBMIRROR_SEED'];
const SEEDS = ALONE === undefined ? Array.from({ length: budget(500) }, (_, n) => n + 1) : [Number(ALONE)];
/** The number of histories at a time: few enough that the mirror sees some events of each before its end. */
const AT_ONCE = 40;

test(`${SEEDS.length} random histories of small trees end equal, with a quarter of the events doubled, all reordered and delayed`, async () => {
  const lakes = await startMirroredLakes({
    seed: SEEDS[0] ?? 0,
    duplicateShare: 1 / 4,
    reorderWindow: 100,
    delayMs: { max: 1000 },
  });
  const histories = new Map(SEEDS.map((seed) => [`history-${seed}`, { seed, done: [] as string[] }]));
  onTestFailed(({ task }) => {
    const told = (task.result?.errors ?? []).map(({ message }) => message).join('\n');
    for (const [container, { seed, done }] of histories)
      if (told.includes(`${container}/`))
        process.stderr.write(`BLOBMIRROR_SEED=${seed}: ${done.join(', ')}\n`);
  });

  await forEach(histories, AT_ONCE, async ([container, { seed, done }]) => {
    await playHistory(lakes, container, seed, done);
  });
  const { deadLetter } = await lakes.untilQuiet();

  // A key that lost too many races is retried a little later.
  const paths = await expectEqualLakes(lakes);
  expect(paths).toBeGreaterThan(SEEDS.length);
  expect(deadLetter).toBe(0);
});
