import { expect, it } from 'vitest';
import { openPause } from '../../src/pause/pause-watch.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

it('a worker that must not work holds its messages as in a pause, and writes no pause', async () => {
  const documents = new MemoryDocuments();
  const log = createSilentLogger();
  const refused = { since: '2026-11-29T12:00:00.000Z', by: 'blobmirror', reason: 'accounts look swapped' };
  const control = openPause(
    documents.through(immediately),
    log,
    () => new Date(),
    async () => await Promise.resolve(refused),
  );
  let hasWorked = false;
  const passing = control.gate.pass(async () => {
    hasWorked = true;
    await Promise.resolve();
  });
  while (!control.gate.isPaused()) await new Promise(setImmediate);
  control.close();
  expect(await passing).toEqual({ delayMs: 0 });
  expect([hasWorked, documents.stored.size]).toEqual([false, 0]);
  expect(log.lines.at(-1)).toMatchObject({ message: 'mirroring is paused', fields: refused });
});
