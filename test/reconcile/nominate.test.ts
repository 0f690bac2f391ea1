import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEtag } from '../../src/model/etag.ts';
import { parseBlobPath, parseContainerName } from '../../src/model/key.ts';
import { createScope } from '../../src/model/scope.ts';
import { type BlobPage, type ListRange, type ListedBlob, toPlainPage } from '../../src/ports/blob-reader.ts';
import { FLAT } from '../support/flat.ts';
import { createMemoryPair } from '../support/memory-pair.ts';
import {
  type ListingPositions,
  type NominateOptions,
  entriesLookInStep,
  nominate,
  nominatePrefix,
} from '../../src/reconcile/nominate.ts';
import { comesBefore } from '../../src/model/listing-order.ts';

async function* pages(blobs: readonly ListedBlob[], size: number): AsyncGenerator<BlobPage> {
  for (let i = 0; i < blobs.length; i += size) {
    await Promise.resolve();
    yield toPlainPage(blobs.slice(i, i + size));
  }
}

const BLOB = {
  isDirectory: false,
  isBlockBlob: true,
  bytes: 1,
  tier: undefined,
  reading: () => undefined,
} as const;

const onSource = (path: string, etag: string): ListedBlob => ({
  path: parseBlobPath(path),
  etag: parseEtag(etag),
  ...BLOB,
  stamp: undefined,
});
const onBackup = (path: string, stamp: string | undefined): ListedBlob => ({
  path: parseBlobPath(path),
  etag: parseEtag('0xB'),
  ...BLOB,
  stamp:
    stamp === undefined
      ? undefined
      : { account: 'sourceaccount', etag: parseEtag(stamp), lastModified: new Date(0) },
});

const FLAT_ORDER: NominateOptions = {
  isInStep: (one, other) => entriesLookInStep(one, other, FLAT.policy),
  isBefore: comesBefore,
};

async function nominated(
  source: readonly ListedBlob[],
  backup: readonly ListedBlob[],
  pageSize = 2,
): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of nominate(pages(source, pageSize), pages(backup, pageSize), FLAT_ORDER))
    keys.push(key.path);
  return keys;
}

it('a prefix is listed on each side from where that side was', async () => {
  const asked = new Map<string, ListRange | undefined>();
  const { source, backup } = createMemoryPair();
  const listing = (side: string) => (_: unknown, range?: ListRange) => {
    asked.set(side, range);
    return pages([], 1);
  };
  const accounts = {
    ...FLAT,
    source: { ...source, listBlobs: listing('source') },
    backup: { ...backup, listBlobs: listing('backup') },
    scope: createScope('sourceaccount'),
  };
  const from: ListingPositions = {
    source: parseBlobPath('dir/s'),
    backup: parseBlobPath('dir/b'),
    markers: { source: 'page of the source', backup: 'page of the backup' },
  };
  const prefix = { container: parseContainerName('photos'), path: 'dir/' };
  expect(await Array.fromAsync(nominatePrefix(accounts, prefix, from))).toEqual([]);
  expect([asked.get('source'), asked.get('backup')]).toMatchObject([
    { prefix: 'dir/', after: 'dir/s', marker: 'page of the source' },
    { prefix: 'dir/', after: 'dir/b', marker: 'page of the backup' },
  ]);
});

describe('nominate', () => {
  it('releases a page once it is past it, unless it nominated one of its keys', async () => {
    const released: string[] = [];
    const recording = async function* (side: string, blobs: readonly ListedBlob[]): AsyncGenerator<BlobPage> {
      for await (const page of pages(blobs, 2))
        yield { ...page, release: () => released.push(`${side} ${page.entries[0]?.path}`) };
    };
    const source = ['a', 'b', 'c', 'd', 'e', 'f'].map((path) => onSource(path, path));
    const backup = ['a', 'b', 'd', 'e', 'f'].map((path) => onBackup(path, path));
    const nominees = nominate(recording('source', source), recording('backup', backup), FLAT_ORDER);
    expect((await Array.fromAsync(nominees)).map(({ path }) => path)).toEqual(['c']);
    expect(released).toEqual(['source a', 'backup a', 'backup d', 'source e', 'backup f']);
  });

  it('passes over what carries the ETag of the source and names everything else', async () => {
    const source = [
      onSource('equal', '0x1'),
      onSource('missing', '0x2'),
      onSource('stale', '0x3'),
      onSource('unstamped', '0x4'),
    ];
    const backup = [
      onBackup('equal', '0x1'),
      onBackup('extra', '0x9'),
      onBackup('stale', '0x2'),
      onBackup('unstamped', undefined),
    ];
    expect(await nominated(source, backup)).toEqual(['extra', 'missing', 'stale', 'unstamped']);
  });

  it('names all of one side when the other is empty', async () => {
    const three = ['a', 'b', 'c'];
    expect(
      await nominated(
        three.map((path) => onSource(path, '0x1')),
        [],
      ),
    ).toEqual(three);
    expect(
      await nominated(
        [],
        three.map((path) => onBackup(path, '0x1')),
      ),
    ).toEqual(three);
  });

  it.each([
    ['the source', ['a', 'b', 'c'], []],
    ['the backup', [], ['a', 'b', 'c']],
    ['both, out of step', ['a', 'b', 'c'], ['a', 'b', 'c']],
  ] as const)('stops after the first key that it names of a stretch of %s', async (_, left, right) => {
    const nominees = nominate(
      pages(
        left.map((path) => onSource(path, '0x1')),
        2,
      ),
      pages(
        right.map((path) => onBackup(path, '0x0')),
        2,
      ),
      { ...FLAT_ORDER, mustStop: () => true },
    );
    expect(await nominees.next()).toMatchObject({ value: { path: 'a' } });
    expect(await nominees.next()).toMatchObject({ done: true, value: expect.anything() as unknown });
  });

  it('misses nothing whatever the order of the listings', async () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-c\uffee\u{1f600}/]{1,3}$/u), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(names, names, fc.infiniteStream(fc.boolean()), async (left, right, equal) => {
        const source = left.map((path) => onSource(path, '0x1'));
        const backup = right.map((path) => onBackup(path, equal.next().value ? '0x1' : '0x0'));
        const found = new Set(await nominated(source, backup));
        const etags = new Map(source.map(({ path, etag }) => [path, etag]));
        const stamps = new Map(backup.map(({ path, stamp }) => [path, stamp?.etag]));
        const outOfStep = [...new Set([...left, ...right])].filter(
          (path) => etags.get(parseBlobPath(path)) !== stamps.get(parseBlobPath(path)),
        );
        expect(outOfStep.filter((path) => !found.has(path))).toEqual([]);
      }),
    );
  });

  it('misses nothing, and looks at no more than twice as much, when it is stopped and goes on, whatever each side’s order', async () => {
    const name = fc.stringMatching(/^[a/\-\uffee\u{1f600}]{1,3}$/u);
    const order = fc.constantFrom(byCodeUnit, byCodePoint, slashFirst, slashFirstByCodePoint);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 10 }),
        fc.uniqueArray(name, { maxLength: 10 }),
        order,
        order,
        fc.array(fc.nat(3), { minLength: 30, maxLength: 30 }),
        async (left, right, sourceOrder, backupOrder, budgets) => {
          const onBackupNow = new Set(right);
          const found: string[] = [];
          let from: ListingPositions = { source: undefined, backup: undefined };
          for (const budget of budgets) {
            let drawn = 0;
            const keys = nominate(
              pages(
                after(left, sourceOrder, from.source).map((path) => onSource(path, '0x1')),
                2,
              ),
              pages(
                after([...onBackupNow], backupOrder, from.backup).map((path) => onBackup(path, '0x0')),
                2,
              ),
              { ...FLAT_ORDER, from, mustStop: () => ++drawn > budget },
            );
            let next = await keys.next();
            for (; !next.done; next = await keys.next()) {
              found.push(next.value.path);
              // The look brings it in step, so that the backup's listing has it from now on, or no more.
              if (left.includes(next.value.path)) onBackupNow.add(next.value.path);
              else onBackupNow.delete(next.value.path);
            }
            if (next.value === undefined) break;
            from = next.value;
          }
          const all = new Set([...left, ...right]);
          expect(new Set(found)).toEqual(all);
          expect(found.length).toBeLessThanOrEqual(2 * all.size);
        },
      ),
      { numRuns: 500 },
    );
  });
});

type Order = (a: string, b: string) => number;
const byCodeUnit: Order = (a, b) => (a < b ? -1 : 1);
const byCodePoint: Order = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const slashFirst: Order = (a, b) => byCodeUnit(a.replaceAll('/', '\0'), b.replaceAll('/', '\0'));
const slashFirstByCodePoint: Order = (a, b) => byCodePoint(a.replaceAll('/', '\0'), b.replaceAll('/', '\0'));

/** What a service whose order that is lists after a path. */
function after(paths: readonly string[], order: Order, path: string | undefined): readonly string[] {
  return paths
    .filter((each) => path === undefined || (each !== path && order(each, path) > 0))
    .toSorted(order);
}
