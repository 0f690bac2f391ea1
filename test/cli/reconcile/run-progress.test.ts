import { expect, it } from 'vitest';
import { isOfSameScope } from '../../../src/cli/reconcile/run-figures.ts';
import { describeProgress, progressOf } from '../../../src/cli/reconcile/follow-run.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import { aRun } from '../../support/a-run.ts';

const RUN = aRun({
  counts: {
    inStep: 5900,
    nominated: 100,
    bytesCopied: 0,
    byVerdict: { copied: 60, 'in-sync': 30, skipped: 5 },
    skipped: { 'backup-leased': 5 },
    failed: {},
  },
});

it('progress tells the pace, what was found and repaired, and the time that went by', () => {
  expect(describeProgress(RUN, 60, undefined)).toBe(
    'comparing: 6,000 keys, 100/s, 100 out of step, 60 repaired, 1:00',
  );
});

it('progress tells the time left where a former run tells how much there is', () => {
  expect(describeProgress(RUN, 60, 366_000)).toBe(
    'comparing: 6,000 keys, 100/s, 100 out of step, 60 repaired, 1:00, about 1:00:00 left',
  );
  expect(progressOf(RUN, 60, 12_000)).toMatchObject({ keys: 6000, keysPerSecond: 100, secondsLeft: 60 });
});

it('progress promises nothing when there is more than before, or nothing was seen yet', () => {
  expect(progressOf(RUN, 60, 6000)).not.toHaveProperty('secondsLeft');
  expect(progressOf(aRun(), 60, 6000)).not.toHaveProperty('secondsLeft');
});

it('only a run of the same scope that has ended tells how much there is', () => {
  const former = { ...RUN, id: 'another' as RunId };
  expect(isOfSameScope({ ...former, state: 'done' }, RUN)).toBe(true);
  expect(isOfSameScope({ ...former, state: 'cancelled' }, RUN)).toBe(false);
  expect(isOfSameScope({ ...former, state: 'done', request: { ...RUN.request, prefix: 'a/' } }, RUN)).toBe(
    false,
  );
});
