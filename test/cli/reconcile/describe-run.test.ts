import { describe, expect, it } from 'vitest';
import { describeRun, describeRuns } from '../../../src/cli/reconcile/describe-run.ts';
import { toEstimate } from '../../../src/model/adoption.ts';
import { SKIP_HINTS } from '../../../src/api/skip-hints.ts';
import { exitStatusOf } from '../../../src/cli/reconcile/run-figures.ts';
import { aRun } from '../../support/a-run.ts';

const RUN = aRun({
  state: 'done',
  endedAt: '2026-11-25T13:09:43.500Z',
  counts: {
    inStep: 19_000,
    nominated: 1000,
    bytesCopied: 123_456,
    byVerdict: { deleted: 200, copied: 788, skipped: 12 },
    skipped: { 'source-archived': 12 },
    failed: {},
  },
});

describe('a run, for people', () => {
  it('shows counts by verdict and skips with their reasons', () => {
    expect(describeRun(RUN)).toBe(`run     2026-11-25T13-09-31Z-4f2a
state   done
scope   all
took    12.5 s
keys    20,000 keys, 1,000 out of step
copied  123,456 bytes

VERDICT  KEYS
copied   788
deleted  200
skipped  12

SKIPPED          KEYS
source-archived  12    The source blob is in the archive tier and cannot be read. Rehydrate it; it is copied within an hour, or by the next full sync.

each key: blobmirror reconcile report 2026-11-25T13-09-31Z-4f2a
`);
  });

  it('shows failures with what to do, and the first keys', () => {
    const failed = {
      container: 'photos',
      path: 'a b',
      verdict: 'failed',
      code: 'storage-rejected',
      detail: 'no',
    };
    const text = describeRun({
      ...RUN,
      counts: { ...RUN.counts, failed: { 'storage-rejected': 1 } },
      samples: { ...RUN.samples, failed: [failed] },
    });
    expect(text).toContain(
      'FAILED            KEYS\nstorage-rejected  1     The service refused the request as invalid.',
    );
    expect(text).toContain('failed                "photos/a b"  storage-rejected: no\n');
  });

  it('shows where foreign keys are, with what to do', () => {
    const progress = { source: 1, backup: 61, inStep: 1, extras: 60, mirroredExtras: 0, deletions: 0 };
    const text = describeRun({
      ...RUN,
      containers: { photos: { ...progress, foreign: { 'backup-foreign': 60 } }, docs: progress },
      counts: { ...RUN.counts, skipped: { 'backup-foreign': 60 } },
    });
    const hint = SKIP_HINTS['backup-foreign'].replace('CONTAINER', 'photos');
    expect(text).toContain(`backup-foreign  60    ${hint}\n`);
    expect(text).toContain('FOREIGN IN  KEYS\nphotos      60\n');
  });

  it('shows the estimate of adopting', () => {
    const GB = 1024 ** 3;
    const adoption = toEstimate('read', {
      keys: 20_000,
      bytes: 100 * GB,
      versionedKeys: 20_000,
      versionedBytes: 100 * GB,
    });
    const text = describeRun({ ...RUN, adoption });
    expect(text.replaceAll(/ {2,}/g, ' | ')).toContain(`ADOPTABLE | DOLLARS
keys | 20,000 keys, 100 GB | 0.11
to be read | 200 GB | 2.03
new versions | 20,000 versions, 100 GB | 1.80 a month
An estimate by list prices`);
  });

  it('shows alerts with what to do', () => {
    const alert = { code: 'too-many-deletes', container: 'photos', detail: 'Look, then allow it.' } as const;
    expect(describeRun({ ...RUN, alerts: [alert] })).toContain(
      'ALERT             CONTAINER  WHAT TO DO\ntoo-many-deletes  photos     Look, then allow it.\n',
    );
  });

  it('says so when nothing was written', () => {
    const dry = { ...RUN, request: { ...RUN.request, dryRun: true, container: 'photos', prefix: 'a/' } };
    expect(describeRun(dry as typeof RUN)).toContain(
      'state   done (dry run: nothing was written)\nscope   photos/a/\n',
    );
  });
});

it('runs are a line each, under the names of the columns', () => {
  expect(describeRuns([])).toBe('no full syncs\n');
  expect(describeRuns([RUN])).toBe(
    `RUN                        STATE  REASON  SCOPE  TOOK    KEYS   REPAIRED  SKIPPED  FAILED  ALERTS
2026-11-25T13-09-31Z-4f2a  done   http    all    12.5 s  20000  988       12       0       0
`,
  );
});

it('shows a run that waits for the end of a pause, and no negative time', () => {
  const run = { ...aRun({ updatedAt: '2026-11-25T13:09:30.000Z' }), startedAt: '2026-11-25T13:09:31.000Z' };
  expect(describeRuns([run], true)).toMatch(/ {2}waits \(paused\) .* 0\.0 s /);
  expect(describeRuns([run])).toMatch(/ {2}comparing /);
  expect(describeRuns([RUN], true)).toMatch(/ {2}done /);
});

it('shows no zeros for a run whose document is damaged', () => {
  const damaged = { ...RUN, state: 'damaged' as const };
  expect(describeRun(damaged)).toContain('took    unknown\nkeys    unknown\ncopied  unknown\n');
  expect(describeRuns([damaged]).split('\n')[1]?.split(/\s+/)).toEqual([
    RUN.id,
    'damaged',
    'http',
    ...Array<string>(6).fill('unknown'),
    '0',
  ]);
});

it('a run ends well when it is done, without failures and alerts', () => {
  expect(exitStatusOf(RUN)).toBe(0);
  expect(exitStatusOf({ ...RUN, state: 'cancelled' })).toBe(4);
  const nothing = {
    ...RUN,
    counts: { ...aRun().counts, inStep: 0, nominated: 0, byVerdict: {}, skipped: {} },
  };
  const misspelt = { ...nothing, request: { ...RUN.request, prefix: 'typo/' } };
  expect([exitStatusOf(nothing), exitStatusOf(misspelt)]).toEqual([0, 7]);
  expect(describeRun(nothing)).not.toContain('nothing matched');
  expect(describeRun(misspelt)).toContain('nothing matched: neither account has a key');
  expect(exitStatusOf({ ...RUN, counts: { ...RUN.counts, failed: { unexpected: 1 } } })).toBe(4);
  expect(exitStatusOf({ ...RUN, alerts: [{ code: 'source-listing-failed', detail: 'Look.' }] })).toBe(4);
});
