import { describe, expect, it } from 'vitest';
import { gatherFindings, judgeRun } from '../../src/api/full-sync-findings.ts';
import type { Alert, Run } from '../../src/api/run.ts';
import { parseContainerName } from '../../src/model/key.ts';
import type { RunId } from '../../src/model/run-id.ts';
import { NOTHING_LISTED } from '../../src/reconcile/runs/record-slice.ts';
import { aRun } from '../support/a-run.ts';

const REQUEST = aRun().request;
const SEEN = { photos: NOTHING_LISTED, docs: NOTHING_LISTED };
const held: Alert = { code: 'too-many-deletes', container: 'photos', detail: 'at a blob' };
const failed: Alert = { code: 'shard-failed', container: 'photos', detail: '' };
const of = (container: string): Partial<Run> => ({
  request: { ...REQUEST, container: parseContainerName(container) },
  containers: { [container]: NOTHING_LISTED },
});
const done = (run: Partial<Run> = {}): Run => aRun({ state: 'done', mirror: 'm', containers: SEEN, ...run });

/** @param runs the newest first */
async function find(...runs: readonly Run[]) {
  const judged = runs.map((run, i) => judgeRun({ ...run, id: `r${i}` as RunId }, 'm'));
  return await gatherFindings(
    (async function* () {
      yield* await Promise.resolve(judged);
    })(),
  );
}

const codes = async (...runs: readonly Run[]): Promise<readonly string[]> =>
  (await find(...runs)).alerts.map(({ code, container = '-', run }) => `${code} ${container} ${run}`);

describe('an alert of a full sync', () => {
  it('stands from its run on, also while that is under way', async () => {
    expect(await codes(done())).toEqual([]);
    expect(await codes(done({ alerts: [held] }), done())).toEqual(['too-many-deletes photos r0']);
    expect(await codes(aRun({ mirror: 'm', alerts: [held] }), done())).toEqual([
      'too-many-deletes photos r0',
    ]);
    expect(await codes(done({ alerts: [held] }), done({ alerts: [held] }))).toHaveLength(1);
  });

  it.each<[string, Run]>([
    ['is under way', aRun({ mirror: 'm' })],
    ['was cancelled', done({ state: 'cancelled' })],
    ['was dry', done({ request: { ...REQUEST, dryRun: true } })],
    ['saw a prefix', done({ request: { ...REQUEST, prefix: 'a' } })],
    ['had other settings', done({ mirror: 'other' })],
    ['saw another container', done(of('docs'))],
    ['could not see that container', done({ alerts: [failed] })],
    ['began by a wrong clock', done({ alerts: [{ code: 'clock-off', detail: '' }] })],
  ])('stays after a run that %s', async (_which, later) => {
    expect(await codes(later, done({ alerts: [held] }))).toContain('too-many-deletes photos r1');
  });

  it.each<[string, Run]>([
    ['all', done()],
    ['its container', done(of('photos'))],
    ['its container, where another could not be seen', done({ alerts: [{ ...failed, container: 'docs' }] })],
  ])('ends with a later run that judged %s', async (_what, later) => {
    expect(await codes(later, done({ alerts: [held] }))).not.toContain('too-many-deletes photos r1');
  });

  it('without a container ends with a run that saw everything, and with no other', async () => {
    const lost = done({ state: 'cancelled', alerts: [{ code: 'run-abandoned', detail: '' }] });
    expect(await codes(done(of('photos')), lost)).toEqual(['run-abandoned - r1']);
    expect(await codes(done(), lost)).toEqual([]);
  });

  it('counts for nothing in a dry run', async () => {
    expect(await codes(done({ request: { ...REQUEST, dryRun: true }, alerts: [held] }))).toEqual([]);
  });
});

describe('foreign blobs', () => {
  const withForeign = (photos: number, run: Partial<Run> = {}): Run =>
    done({
      containers: {
        photos: { ...NOTHING_LISTED, foreign: photos === 0 ? {} : { 'backup-foreign': photos } },
        docs: { ...NOTHING_LISTED, foreign: { 'backup-foreign': 5, 'backup-foreign-no-room': 2 } },
      },
      ...run,
    });

  it('are counted by container, most first, as the last run of each counted them', async () => {
    expect((await find(withForeign(2))).foreign).toEqual([
      { container: 'docs', count: 7 },
      { container: 'photos', count: 2 },
    ]);
    expect((await find(done(of('docs')), withForeign(2))).foreign).toEqual([
      { container: 'photos', count: 2 },
    ]);
    expect((await find(withForeign(1), withForeign(2))).foreign).toContainEqual({
      container: 'photos',
      count: 1,
    });
  });

  it('stay where a run could not see, and end where one finds none', async () => {
    expect((await find(done({ alerts: [failed] }), withForeign(2))).foreign).toEqual([
      { container: 'photos', count: 2 },
    ]);
    expect((await find(done(), withForeign(2))).foreign).toEqual([]);
  });

  it('of a container of which nothing was ever mirrored are none of ours', async () => {
    const others = { ...NOTHING_LISTED, foreign: { 'backup-foreign': 9 }, stopped: 'container-not-mirrored' };
    expect((await find(done({ containers: { others } as Run['containers'] }))).foreign).toEqual([]);
  });
});
