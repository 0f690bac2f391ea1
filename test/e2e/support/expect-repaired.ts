import type { BlobServiceClient } from '@azure/storage-blob';
import { expect } from 'vitest';
import { expectEqualAccounts } from './expect-equal-accounts.ts';
import { forEach } from './for-each.ts';
import type { Unheard } from './start-unheard.ts';
import { writesOnBackup } from './writes-on-backup.ts';

export interface Repaired {
  readonly blobs: number;
  readonly fromEmptyMs: number;
  readonly repairedMs: number;
  readonly unchangedMs: number;
  readonly requestsFromEmpty: number;
  readonly requestsRepaired: number;
  readonly requestsUnchanged: number;
}

interface Place {
  readonly container: string;
  readonly path: string;
}

const CONTAINERS = ['photos', 'tables'] as const;
const CONCURRENCY = 16;

/**
 * Writes blobs, and has one full sync mirror them all. Then a hundredth each is created, changed in content,
 * changed in metadata, deleted, and tampered with on the backup, without events. Expects a second full sync
 * to converge exactly those, without writes on other keys, and a third one to write nothing.
 */
export async function expectRepaired(unheard: Unheard, count: number): Promise<Repaired> {
  const { source, backup, requests } = unheard;
  const share = count / 100;
  const blobs = placesOf(0, count);
  for (const container of CONTAINERS) await source.getContainerClient(container).create();
  await forEach(blobs, CONCURRENCY, async (place) => await write(source, place, 'first'));

  const measure = async () => {
    requests.length = 0;
    const begun = performance.now();
    const { run, status } = await unheard.reconcile();
    expect({ status, alerts: run.alerts }).toEqual({ status: 0, alerts: [] });
    return {
      run,
      ms: performance.now() - begun,
      writes: writesOnBackup(requests),
      requests: requests.length,
    };
  };

  const first = await measure();
  // A slice whose lock was lost on a busy machine is walked again by another worker, which finds what was
  // copied.
  expect(first.run.counts.inStep + first.run.counts.nominated).toBe(count);
  expect(first.writes).toHaveLength(count + CONTAINERS.length);
  expect(listed(first.run).source).toBe(count);

  const parts = (n: number) => blobs.filter((_, i) => i % 100 === 7 * n);
  const created = placesOf(count, share);
  const [changed, annotated, deleted, tampered] = [parts(1), parts(2), parts(3), parts(4)];
  await forEach(created, CONCURRENCY, async (place) => await write(source, place, 'first'));
  await forEach(changed, CONCURRENCY, async (place) => await write(source, place, 'again'));
  await forEach(annotated, CONCURRENCY, async (place) => {
    await blobOf(source, place).setMetadata({ Seen: 'twice' });
  });
  await forEach(deleted, CONCURRENCY, async (place) => await blobOf(source, place).delete());
  await forEach(tampered.entries(), CONCURRENCY, async ([i, place]) => {
    if (i % 2 === 0) await write(backup, place, 'false');
    else await blobOf(backup, place).delete();
  });

  const second = await measure();
  const touched = [...created, ...changed, ...annotated, ...deleted, ...tampered];
  expect(second.run.counts).toMatchObject({
    inStep: count - 4 * share,
    nominated: 5 * share,
    byVerdict: { copied: 4 * share, deleted: share },
    skipped: {},
    failed: {},
  });
  expect(second.writes).toEqual(touched.map(({ container, path }) => `${container}/${path}`).toSorted());
  expect(listed(second.run)).toEqual({ source: count, backup: count - Math.floor(share / 2) });
  expect(await expectEqualAccounts(unheard)).toBe(count);

  const third = await measure();
  expect(third.run.counts).toMatchObject({ inStep: count, nominated: 0, byVerdict: {} });
  expect(third.writes).toEqual([]);
  return {
    blobs: count,
    fromEmptyMs: first.ms,
    repairedMs: second.ms,
    unchangedMs: third.ms,
    requestsFromEmpty: first.requests,
    requestsRepaired: second.requests,
    requestsUnchanged: third.requests,
  };
}

/** Entries of both listings that a run passed. */
export function listed({ containers }: Awaited<ReturnType<Unheard['reconcile']>>['run']) {
  const all = Object.values(containers);
  return {
    source: all.reduce((sum, { source }) => sum + source, 0),
    backup: all.reduce((sum, { backup }) => sum + backup, 0),
  };
}

/**
 * Names that sort differently by numbers, by characters and with the slash first, and some that a URL must
 * encode.
 */
function placesOf(from: number, count: number): Place[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const directory = ['a', 'a b', 'a-b', 'ä', 'a/b', '100%'][n % 6] ?? '';
    return { container: CONTAINERS[n % 2 === 0 ? 0 : 1], path: `${directory}/${n}.txt` };
  });
}

/** Of the same length for every word, so that the size shows no difference. */
async function write(account: BlobServiceClient, place: Place, word: string): Promise<void> {
  const content = `${word} content of ${place.path}`;
  await blobOf(account, place).upload(content, Buffer.byteLength(content), { metadata: { Word: word } });
}

function blobOf(account: BlobServiceClient, { container, path }: Place) {
  return account.getContainerClient(container).getBlockBlobClient(path);
}
