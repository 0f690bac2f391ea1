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

it('progress shows the rate, keys found and repaired, and the time so far', () => {
  expect(describeProgress(RUN, 60, undefined)).toBe(
    'comparing: 6,000 keys, 100/s, 100 out of step, 60 repaired, 1:00',
  );
});

it('progress shows the time left when a former run predicts the number of keys', () => {
  expect(describeProgress(RUN, 60, 366_000)).toBe(
    'comparing: 6,000 keys, 100/s, 100 out of step, 60 repaired, 1:00, about 1:00:00 left',
  );
  expect(progressOf(RUN, 60, 12_000)).toMatchObject({ keys: 6000, keysPerSecond: 100, secondsLeft: 60 });
});

it('progress shows no time left when there are more keys than before, or none yet', () => {
  expect(progressOf(RUN, 60, 6000)).not.toHaveProperty('secondsLeft');
  expect(progressOf(aRun(), 60, 6000)).not.toHaveProperty('secondsLeft');
});

it('only a completed run of the same scope predicts the number of keys', () => {
  const former = { ...RUN, id: 'another' as RunId };
  expect(isOfSameScope({ ...former, state: 'done' }, RUN)).toBe(true);
  expect(isOfSameScope({ ...former, state: 'cancelled' }, RUN)).toBe(false);
  expect(isOfSameScope({ ...former, state: 'done', request: { ...RUN.request, prefix: 'a/' } }, RUN)).toBe(
    false,
  );
});
