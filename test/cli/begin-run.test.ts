import { expect, it, vi } from 'vitest';
import { beginRun } from '../../src/cli/begin-run.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { aRun } from '../support/a-run.ts';
import { createScriptedReconciler } from '../support/scripted-reconciler.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

// No test waits two seconds for the next try.
vi.mock('node:timers/promises', () => ({
  setTimeout: async () => await new Promise((resolve) => setImmediate(resolve)),
}));

const going = { isAlone: false, stopped: new AbortController().signal };

it('a worker that starts begins a full sync', async () => {
  const [reconciler, log] = [createScriptedReconciler(), createSilentLogger()];
  await beginRun(reconciler, log, going);
  expect(reconciler.requests).toEqual([{ dryRun: false, allowDeletes: [], reason: 'start' }]);
  expect(log.lines).toMatchObject([{ message: 'a full sync has begun', fields: { run: aRun().id } }]);
});

it('a worker that starts waits for the end of another run, which may have compared keys before they were lost', async () => {
  const [reconciler, log] = [createScriptedReconciler(), createSilentLogger()];
  reconciler.running = aRun().id;
  const begun = beginRun(reconciler, log, going);
  setImmediate(() => (reconciler.running = undefined));
  await begun;
  expect(log.lines.map(({ message }) => message)).toEqual([
    'a full sync waits until another has ended',
    'a full sync has begun',
  ]);
});

it('the only worker cancels a run that was left under way', async () => {
  const [reconciler, log] = [createScriptedReconciler(), createSilentLogger()];
  reconciler.running = aRun().id;
  reconciler.cancel = async () => {
    reconciler.running = undefined;
    return await Promise.resolve(true);
  };
  await beginRun(reconciler, log, { ...going, isAlone: true });
  expect(log.lines.map(({ message }) => message)).toEqual(['a full sync has begun']);
});

it('a run that can never begin is logged, and does not end the worker', async () => {
  const [reconciler, log] = [createScriptedReconciler(), createSilentLogger()];
  reconciler.failure = new BlobmirrorError('storage-rejected', 'no');
  await beginRun(reconciler, log, going);
  expect(log.lines).toMatchObject([{ level: 'error', message: 'a full sync could not begin' }]);
});

it('a run that cannot begin now begins later', async () => {
  const [reconciler, log] = [createScriptedReconciler(), createSilentLogger()];
  reconciler.failure = new BlobmirrorError('storage-unavailable', 'away');
  const begun = beginRun(reconciler, log, going);
  setImmediate(() => (reconciler.failure = undefined));
  await begun;
  expect(log.lines.map(({ message }) => message)).toEqual([
    'a full sync could not begin',
    'a full sync has begun',
  ]);
});

it('a worker among others cancels no run of theirs', async () => {
  const [reconciler, log] = [createScriptedReconciler(), createSilentLogger()];
  reconciler.running = aRun().id;
  let cancelled = 0;
  reconciler.cancel = async () => {
    return await Promise.resolve(++cancelled === 1);
  };
  const begun = beginRun(reconciler, log, going);
  setImmediate(() => (reconciler.running = undefined));
  await begun;
  expect(cancelled).toBe(0);
});

it('a worker that stops begins none any more', async () => {
  const [reconciler, log] = [createScriptedReconciler(), createSilentLogger()];
  await beginRun(reconciler, log, { ...going, stopped: AbortSignal.abort() });
  expect([reconciler.requests, log.lines]).toEqual([[], []]);
});
