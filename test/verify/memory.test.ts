import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { parseEtag } from '../../src/model/etag.ts';
import { parseBlobPath, parseContainerName } from '../../src/model/key.ts';
import type { BlobPresent } from '../../src/model/reading.ts';
import type { AccountInspector, ListedReading } from '../../src/ports/account-inspector.ts';
import { toPlainPage } from '../../src/ports/blob-reader.ts';
import { collectFindings } from './collect-findings.ts';

const PAGES = 40;
const PAGE_SIZE = 5000;
const CONTAINER = parseContainerName('photos');
const FLAT_WITHIN = 24 * 1024 * 1024;

/** An account of 200,000 blobs that are made up as they are listed. On the backup every 10,000th has another size. */
function createEndlessAccount(account: string, onPage: () => void = () => {}): AccountInspector {
  const isBackup = account === 'backupaccount';
  const readingOf = (n: number): BlobPresent => ({
    present: true,
    etag: parseEtag(`0x${n}`),
    lastModified: new Date('2026-11-21T20:00:00Z'),
    size: isBackup && n % 10_000 === 0 ? 7 : 5,
    kind: 'block',
    contentMd5: 'XUFAKrxLKna5cZ2REBfFkg==',
    headers: { contentType: 'text/plain' },
    metadata: { number: `${n}` },
    stamp: isBackup
      ? { account: 'sourceaccount', etag: parseEtag(`0x${n}`), lastModified: new Date(0) }
      : undefined,
    archived: false,
  });
  const pageOf = (page: number): ListedReading[] =>
    Array.from({ length: PAGE_SIZE }, (_, at) => {
      const n = page * PAGE_SIZE + at;
      return { path: parseBlobPath(`${n}`.padStart(9, '0')), reading: readingOf(n), tags: {} };
    });
  return {
    account,
    read: async ({ path }) => await Promise.resolve(readingOf(Number(path))),
    readTags: async () => await Promise.resolve({}),
    readContainer: async () => await Promise.resolve({}),
    readRootAccess: async () => await Promise.resolve(undefined),
    readPublicAccess: async () => await Promise.resolve('none'),
    readRange: async (_key, { count }) => await Promise.resolve(Buffer.alloc(count)),
    listContainers: async function* () {
      yield await Promise.resolve([CONTAINER]);
    },
    listBlobs: async function* () {
      yield await Promise.resolve(toPlainPage([]));
    },
    listReadings: async function* () {
      for (let page = 0; page < PAGES; page++) {
        onPage();
        yield await Promise.resolve(pageOf(page));
      }
    },
  };
}

it('holds no listing: its memory stays flat over 200,000 blobs', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const heap: number[] = [];
  let pages = 0;
  const source = createEndlessAccount('sourceaccount', () => {
    if (pages++ % 8 !== 0) return;
    collectGarbage();
    heap.push(process.memoryUsage().heapUsed);
  });
  const backup = createEndlessAccount('backupaccount');

  const { differences, tally } = await collectFindings({ source, backup }, { content: 'md5' });
  expect(tally.blobs).toBe(PAGES * PAGE_SIZE);
  expect(differences.size).toBe((PAGES * PAGE_SIZE) / 10_000);
  // The first pages also bring what the code itself needs.
  const settled = heap.slice(1);
  expect(settled).toHaveLength(PAGES / 8 - 1);
  expect(Math.max(...settled) - Math.min(...settled)).toBeLessThan(FLAT_WITHIN);
});
