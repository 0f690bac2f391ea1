import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followRun } from '../../../src/cli/reconcile/follow-run.ts';
import { timeoutWords } from '../../../src/cli/output/reminders.ts';
import { BlobmirrorError } from '../../../src/model/errors.ts';
import type { Run } from '../../../src/api/run.ts';
import { aRun } from '../../support/a-run.ts';

const STARTED = aRun();
const DONE = aRun({ state: 'done', updatedAt: '2026-11-25T13:09:33.000Z' });
const NEVER = new Promise<void>(() => undefined);

let told = '';

beforeEach(() => {
  told = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Reads what it is told to, one after the other, and the last one for ever. */
function reading(...answers: readonly (Run | Error | undefined)[]) {
  const left = [...answers];
  return {
    read: async () => {
      await Promise.resolve();
      const answer = left.length > 1 ? left.shift() : left[0];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

it('follows a run to its end', async () => {
  const pace = { askEvery: 1, workerWithin: 10_000 };
  expect(await followRun(STARTED, undefined, reading(STARTED, DONE), NEVER, pace)).toEqual(DONE);
  expect(told).toBe('');
});

it('says once that no worker has made progress', async () => {
  const pace = { askEvery: 1, workerWithin: 1 };
  // Its update is that of the command, which began it.
  const begun = aRun({ updatedAt: '2026-11-25T13:09:32.000Z' });
  const answers = [...Array.from({ length: 9 }, () => begun), DONE];
  await followRun(STARTED, undefined, reading(...answers), NEVER, pace);
  expect(told.match(/no worker has finished a slice/g)).toHaveLength(1);
  expect(told).toContain('blobmirror worker');
});

it('does not say so once a worker has recorded a slice', async () => {
  const shards = { a: { container: 'photos', phase: 'compare', slices: 1, isDone: false } } as const;
  const pace = { askEvery: 5, workerWithin: 20 };
  const moved = aRun({ shards });
  const answers = [...Array.from({ length: 9 }, () => moved), DONE];
  await followRun(STARTED, undefined, reading(...answers), NEVER, pace);
  expect(told).toBe('');
});

it('waits through an outage of the state, and says so once', async () => {
  const outage = new BlobmirrorError('storage-unavailable', 'the account did not answer');
  const pace = { askEvery: 1, workerWithin: 10_000 };
  expect(await followRun(STARTED, undefined, reading(outage, outage, DONE), NEVER, pace)).toEqual(DONE);
  expect(told.match(/the run cannot be read now/g)).toHaveLength(1);
});

it('fails when the run is gone or cannot be read for good', async () => {
  const pace = { askEvery: 1, workerWithin: 10_000 };
  await expect(followRun(STARTED, undefined, reading(undefined), NEVER, pace)).rejects.toThrow('is gone');
  const refused = new BlobmirrorError('storage-rejected', 'no');
  await expect(followRun(STARTED, undefined, reading(refused), NEVER, pace)).rejects.toThrow(refused);
});

it('leaves the run on a signal', async () => {
  const pace = { askEvery: 1, workerWithin: 10_000 };
  expect(await followRun(STARTED, undefined, reading(STARTED), Promise.resolve(), pace)).toBe('interrupted');
});

it.each([
  [{}, 'no worker has finished a slice of this run yet; is one running?'],
  [
    { isPaused: true },
    'mirroring was paused when the run began, and no worker has finished a slice of it yet',
  ],
])('tells the time limit why nothing moves, and names the run: %j', async (options, waits) => {
  const pace = { askEvery: 1, workerWithin: 10_000 };
  await followRun(STARTED, undefined, reading(STARTED), Promise.resolve(), pace, options);
  const words = timeoutWords();
  expect(words.waits).toBe(waits);
  expect(words.hint).toContain(`"blobmirror reconcile show ${STARTED.id}"`);
});

it('prints lines of progress for people, and of JSON where the data is', async () => {
  vi.useFakeTimers();
  try {
    for (const output of ['table', 'json'] as const) {
      let leave: () => void = () => undefined;
      const stopped = new Promise<void>((resolve) => (leave = resolve));
      const pace = { askEvery: 1000, workerWithin: 60_000 };
      const ended = followRun(STARTED, undefined, reading(STARTED), stopped, pace, { output });
      await vi.advanceTimersByTimeAsync(5000);
      leave();
      await ended;
    }
  } finally {
    vi.useRealTimers();
  }
  const [plain, json] = told.trimEnd().split('\n');
  expect(plain).toBe('no worker has finished a slice of this run yet; is one running?');
  expect(JSON.parse(json ?? '')).toMatchObject({ run: STARTED.id, state: 'comparing' });
});
