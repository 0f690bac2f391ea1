import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { Status } from '../../src/api/status.ts';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { expectEqualLakes } from './support/expect-equal-lakes.ts';
import { type RunningEnvironment, startEnvironment, startWorker } from './support/start-environment.ts';
import { type MirroredLakes, startMirroredLakes } from './support/start-mirrored-lakes.ts';
import { waitUntil } from './support/wait-until.ts';

/**
 * Two seconds, doubled each time. A test that writes again as soon as it has seen the last write on the
 * backup has at least four seconds for that before the key counts as settled.
 */
const SOON = { BLOBMIRROR_LOOK_AGAIN: '2' };
/** Far shorter than the two seconds for which an empty file would be there. */
const EVERY_MS = 20;

let lakes: MirroredLakes;
let flat: RunningEnvironment;

beforeAll(async () => {
  lakes = await startMirroredLakes(undefined, SOON);
  await lakes.source.getFileSystemClient('lake').create();
  flat = await startEnvironment(['--no-worker']);
  await startWorker(flat.readyFile, [], { env: SOON });
  await flat.source.createContainer('logs');
});

const onSource = (path: string) => lakes.source.getFileSystemClient('lake').getFileClient(path);
const onBackup = (path: string) => lakes.backup.getFileSystemClient('lake').getFileClient(path);

/** The exceptions of the status for this path. */
async function exceptions(path: string): Promise<Status['recovery']['excepted']['sample']> {
  const { stdout } = await runBlobmirror(['status', `--local=${lakes.readyFile}`, '-o', 'json']);
  const { recovery } = JSON.parse(stdout) as Status;
  return recovery.excepted.sample.filter((key) => key.path === path);
}

test('a slow upload over a file never shows an empty file on the backup, is excepted by name, and ends with the new content', async () => {
  await onSource('report').upload(Buffer.from('old content'), { close: true });
  await expectEqualLakes(lakes);

  const sizes: (number | undefined)[] = [];
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      sizes.push((await onBackup('report').getProperties()).contentLength);
      await sleep(EVERY_MS);
    }
  })();
  try {
    await onSource('report').create();
    const held = () => lakes.worker.logged('not mirrored yet').filter(({ key }) => key === 'lake/report');
    await waitUntil('three checks find it empty', () => held().length >= 3);
    expect(held()[0]).toMatchObject({
      reason: 'source-still-written',
      waitsFor: 'content at the source, or an hour without any',
      nextLookMs: 2000,
    });
    expect(await exceptions('report')).toEqual([
      { container: 'lake', path: 'report', reason: 'source-still-written' },
    ]);

    await onSource('report').append('new content, flushed late', 0, 25);
    await onSource('report').flush(25);
    await expectEqualLakes(lakes);
  } finally {
    over.abort();
    await watching;
  }
  // Which of the two contents a reading met depends on the machine; nothing else may ever be there.
  expect(sizes[0]).toBe(11);
  expect(sizes.filter((size) => size !== 11 && size !== 25)).toEqual([]);
  expect(String(await onBackup('report').readToBuffer())).toBe('new content, flushed late');
  await waitUntil('no name is excepted', async () => (await exceptions('report')).length === 0);
});

test('a new file whose content arrives late, without a close, is found, and so is content that is flushed later', async () => {
  await onSource('log').create();
  await expectEqualLakes(lakes);
  let length = 0;
  for (const line of ['first\n', 'second\n']) {
    await onSource('log').append(line, length, line.length);
    length += line.length;
    await onSource('log').flush(length);
    await expectEqualLakes(lakes);
  }
  expect(String(await onBackup('log').readToBuffer())).toBe('first\nsecond\n');
});

test('an append blob that grows slowly is followed, and a page blob that is written after its creation', async () => {
  const container = flat.source.getContainerClient('logs');
  const log = container.getAppendBlobClient('app.log');
  await log.create();
  const disk = container.getPageBlobClient('disk.vhd');
  await disk.create(1024);
  await expectEqualAccounts(flat);

  await disk.uploadPages(Buffer.alloc(512, 'x'), 512, 512);
  for (const line of ['first\n', 'second\n']) {
    await log.appendBlock(line, line.length);
    await expectEqualAccounts(flat);
  }
  const copy = flat.backup.getContainerClient('logs').getPageBlobClient('disk.vhd');
  expect((await copy.downloadToBuffer(510, 4)).toString()).toBe('\0\0xx');
});
