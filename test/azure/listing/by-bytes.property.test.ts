import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListedPage, PageEntry } from '../../../src/azure/listing/listing.ts';
import { scanPage } from '../../../src/azure/listing/scan-page.ts';
import type { Policy } from '../../../src/mirror/policy.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { type Metadata, addStamp } from '../../../src/model/stamp.ts';
import type { BlobPage, EqualPairs } from '../../../src/ports/blob-reader.ts';
import { type ListingPositions, entriesLookInStep, nominate } from '../../../src/reconcile/nominate.ts';
import { comesBefore, comesBeforeByPoint, comesBeforeInTree } from '../../../src/model/listing-order.ts';
import { FLAT } from '../../support/flat.ts';
import { USUAL, type WrittenBlob, writePage } from './support/written-page.ts';
import { budget } from '../../support/budgets.ts';

const modified = new Date('2026-11-21T21:54:57.000Z');
const ACCESS = { Owner: '$superuser', Group: 'staff', Permissions: 'rw-r-----', Acl: 'user::rw-' };

/** A blob that is in step on both sides, except for the given differences. */
interface Pair {
  readonly path: string;
  readonly etag: string;
  readonly source: Readonly<Record<string, string>>;
  readonly backup: Readonly<Record<string, string>>;
  readonly metadata: Metadata;
  readonly stamp: (usual: string) => string;
  readonly isOn: 'both' | 'source' | 'backup';
}

const properties = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { AccessTier: 'Cool' },
      { AccessTier: 'Hot' },
      { AccessTier: 'Hot', AccessTierInferred: 'true' },
      { AccessTier: '' },
      { ArchiveStatus: 'rehydrate-pending-to-hot', AccessTier: 'Archive' },
      { CopyStatus: 'pending' },
      { CopyStatus: 'success' },
      { BlobType: 'PageBlob' },
      { ResourceType: 'directory' },
      { Acl: 'user::rwx' },
      { Owner: '' },
      { Owner: '', Acl: '' },
      { 'Content-Length': '0' },
      { 'Content-Length': '01024' },
    ),
  },
);

const anyPair: fc.Arbitrary<Pair> = fc.record({
  path: fc
    .array(fc.constantFrom('a', 'b', '/', '.', '0', 'é', '\u{1F600}', '\uFF01', '&', '<'), {
      minLength: 1,
      maxLength: 4,
    })
    .map((parts) => parts.join('')),
  etag: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('0x8DC1', '0x8DC2') },
    { weight: 1, arbitrary: fc.constantFrom('a;b', 'a"b', 'a&b') },
  ),
  source: properties,
  backup: properties,
  metadata: fc.constantFrom({}, { project: 'x' }, { project: '' }),
  stamp: fc.oneof(
    { weight: 8, arbitrary: fc.constant((usual: string) => usual) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        (usual: string) => usual.replace('0x8DC1', '0x8DC2'),
        (usual: string) => usual.replace('-11-', '-13-'),
        (usual: string) => usual.replace('-21T', '-32T'),
        (usual: string) => usual.replace('T21', 'T24'),
        (usual: string) => usual.replace('.000Z', 'Z'),
        (usual: string) => usual.replace('v=1', 'v=2'),
        (usual: string) => usual.replace('account=s', 'account='),
        (usual: string) => usual.replace('s;etag', 's&etag'),
        (usual: string) => `${usual};more=1`,
        (usual: string) => usual.replace('etag=', 'etag=0'),
        () => '',
      ),
    },
  ),
  isOn: fc.oneof(
    { weight: 8, arbitrary: fc.constant('both' as const) },
    { weight: 1, arbitrary: fc.constantFrom('source' as const, 'backup' as const) },
  ),
});

const anyPairs = fc
  .uniqueArray(anyPair, { selector: ({ path }) => path, maxLength: 12 })
  .map((pairs) => pairs.toSorted((one, other) => (one.path < other.path ? -1 : 1)));

function onSource({ path, etag, source, metadata }: Pair): WrittenBlob {
  return write(path, { Etag: etag, ...ACCESS, ...source }, metadata);
}

function onBackup({ path, etag, backup, metadata, stamp }: Pair): WrittenBlob {
  const stamped = addStamp(metadata, { account: 's', etag: parseEtag(etag), lastModified: modified });
  const text = stamp(stamped['blobmirror'] ?? '');
  return write(path, { Etag: '0xB', ...ACCESS, ...backup }, { ...stamped, blobmirror: text });
}

function write(name: string, own: Readonly<Record<string, string>>, metadata: Metadata): WrittenBlob {
  const all = { 'Content-Length': '1024', BlobType: 'BlockBlob', ...own };
  return {
    name,
    properties: new Map(Object.entries(all)),
    metadata: new Map(Object.entries(metadata)),
    tags: new Map(),
  };
}

/** As the reader returns them, page by page. */
async function* pagesOf(blobs: readonly WrittenBlob[], size: number): AsyncGenerator<BlobPage> {
  for (let from = 0; from < blobs.length; from += size) {
    const page = scanPage(writePage({ blobs: blobs.slice(from, from + size), nextMarker: '' }, USUAL));
    if (page === undefined) throw new Error('the page is for the parser');
    await Promise.resolve();
    yield { ...page, marker: undefined };
  }
}

interface Walk {
  readonly nominees: readonly string[];
  readonly inStep: EqualPairs;
  readonly drawn: ListingPositions | undefined;
}

async function walk(
  pairs: readonly Pair[],
  sizes: readonly [number, number],
  policy: Policy,
  byBytes: boolean,
): Promise<Walk> {
  const isOn = (side: Pair['isOn']) => pairs.filter((pair) => pair.isOn === 'both' || pair.isOn === side);
  const nominees: string[] = [];
  const inStep = { count: 0, bytes: 0 };
  const nominated = nominate(
    pagesOf(isOn('source').map(onSource), sizes[0]),
    pagesOf(isOn('backup').map(onBackup), sizes[1]),
    {
      isInStep: (source, backup) => entriesLookInStep(source, backup, policy),
      isBefore: comesBefore,
      onInStep: ({ count, bytes }) => ((inStep.count += count), (inStep.bytes += bytes)),
      ...(byBytes && { byBytes: { access: policy.acl === 'mirror' } }),
    },
  );
  let next = await nominated.next();
  for (; !next.done; next = await nominated.next()) nominees.push(next.value.path);
  return { nominees, inStep, drawn: next.value };
}

const anySizes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }));

describe('listings that are compared by their bytes', () => {
  it.each(['mirror', 'off'] as const)(
    'find the same pairs in step as the parsed entries, with access %s',
    async (acl) => {
      const policy: Policy = { ...FLAT.policy, acl };
      await fc.assert(
        fc.asyncProperty(anyPairs, anySizes, async (pairs, sizes) => {
          expect(await walk(pairs, sizes, policy, true)).toEqual(await walk(pairs, sizes, policy, false));
        }),
        { numRuns: budget(2000) },
      );
    },
  );

  it.each(['0', '1023', '10240', ''])('find no pair in step whose backup has %s bytes', (length) => {
    const pair = { ...usualPair('a'), backup: { 'Content-Length': length } };
    const [source, backup] = [scan([onSource(pair)]), scan([onBackup(pair)])];
    expect(countInStep(source, backup)).toMatchObject({ count: 0 });
    expect(entriesLookInStep(first(source), first(backup), FLAT.policy)).toBe(false);
  });

  it.each([
    ['ends after its time', (usual: string) => `${usual}x`],
    ['has a month that is none', (usual: string) => usual.replace('-11-', '-13-')],
    ['has a day that is none', (usual: string) => usual.replace('-21T', '-00T')],
    ['has an hour that is none', (usual: string) => usual.replace('T21', 'T24')],
    ['has a minute that is none', (usual: string) => usual.replace(':54:', ':60:')],
    ['has a second that is none', (usual: string) => usual.replace(':57.', ':60.')],
  ])('find no pair in step whose stamp %s', (_, stamp) => {
    const pair = { ...usualPair('a'), stamp };
    const [source, backup] = [scan([onSource(pair)]), scan([onBackup(pair)])];
    expect(countInStep(source, backup)).toMatchObject({ count: 0 });
    expect(entriesLookInStep(first(source), first(backup), FLAT.policy)).toBe(false);
  });

  it('compare the texts where a backup has the wanted tier by default', () => {
    const inferred = { AccessTier: 'Hot', AccessTierInferred: 'true' };
    const pair = { ...usualPair('a'), source: { AccessTier: 'Hot' }, backup: inferred };
    const [source, backup] = [scan([onSource(pair)]), scan([onBackup(pair)])];
    expect(countInStep(source, backup)).toMatchObject({ count: 0 });
    expect(entriesLookInStep(first(source), first(backup), FLAT.policy)).toBe(true);
    const hot: Policy = { ...FLAT.policy, tier: 'Hot' };
    expect(entriesLookInStep(first(source), first(backup), hot)).toBe(true);
    expect(entriesLookInStep(first(backup), first(backup), { ...hot, tier: 'Cool' })).toBe(false);
  });

  it('find pages of usual pairs in step without reading their texts', () => {
    const pairs = Array.from({ length: 50 }, (_, i): Pair => usualPair(`dir/${String(i).padStart(3, '0')}`));
    const [source, backup] = [scan(pairs.map(onSource)), scan(pairs.map(onBackup))];
    const rules = { most: 50, access: true };
    const found = source.countInStep(first(source), first(backup), rules);
    expect(found).toEqual({ count: 50, bytes: 50 * 1024 });
    expect(source.countInStep(first(source), first(backup), { ...rules, most: 20 }).count).toBe(20);
  });

  it('stop at an entry that was left out, on either side', () => {
    const pairs = ['a', 'b', 'c'].map(usualPair);
    for (const side of ['source', 'backup'] as const) {
      const pages = { source: scan(pairs.map(onSource)), backup: scan(pairs.map(onBackup)) };
      const count = () =>
        pages.source.countInStep(first(pages.source), first(pages.backup), { most: 3, access: false });
      expect(count()).toMatchObject({ count: 3 });
      const left = pages[side].leaveOut(({ path }) => path === 'b');
      expect(left.map(({ path }) => path)).toEqual(['a', 'c']);
      expect(count()).toMatchObject({ count: 1 });
    }
  });

  it.each([
    ['flat', [comesBefore, comesBeforeByPoint]],
    ['tree', [comesBeforeInTree]],
  ] as const)('ascend only where all orders of their kind say so: %s', (order, all) => {
    fc.assert(
      fc.property(fc.shuffledSubarray(NAMES, { minLength: 2 }), fc.boolean(), (names, sorted) => {
        const paths = sorted ? names.toSorted((one, other) => (all[0](one, other) ? -1 : 1)) : names;
        const ascends = scan(paths.map((path) => onSource(usualPair(path)))).ascends(order);
        const isAscending = paths.every((path, i) =>
          all.every((isBefore) => isBefore(paths[i - 1] ?? '', path)),
        );
        // It knows the order of names that are ASCII and not escaped.
        const isKnown = paths.every((path) => /^[a-z0-9/.]+$/.test(path));
        expect(isKnown ? [isAscending] : [isAscending, false]).toContain(ascends);
      }),
      { numRuns: budget(2000) },
    );
  });
});

it.each(['flat', 'tree'] as const)('a page that names a blob twice does not ascend: %s', (order) => {
  const ascends = (...paths: string[]) => scan(paths.map((path) => onSource(usualPair(path)))).ascends(order);
  expect(ascends('a', 'b')).toBe(true);
  expect(ascends('a', 'a')).toBe(false);
  expect(ascends('a', 'b', 'b', 'c')).toBe(false);
});

/** Few enough that some pages are all ASCII. */
const NAMES = [
  'a',
  'a/b',
  'a/c',
  'a.b',
  'a0',
  'a0/b',
  'ab',
  'b',
  'b/',
  'é',
  '\u{1F600}',
  '\uFF01',
  '&0',
  '<',
  '0',
];

function usualPair(path: string): Pair {
  return {
    path,
    etag: '0x8DC1',
    source: {},
    backup: {},
    metadata: {},
    stamp: (usual) => usual,
    isOn: 'both',
  };
}

function scan(blobs: readonly WrittenBlob[]): ListedPage {
  const page = scanPage(writePage({ blobs, nextMarker: '' }));
  if (page === undefined) throw new Error('the page is for the parser');
  return page;
}

function first({ entries }: ListedPage): PageEntry {
  const [entry] = entries;
  if (entry === undefined) throw new Error('the page is empty');
  return entry;
}

function countInStep(source: ListedPage, backup: ListedPage): EqualPairs {
  return source.countInStep(first(source), first(backup), { most: 1, access: false });
}
