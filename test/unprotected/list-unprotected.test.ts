import { describe, expect, it } from 'vitest';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import type { Proof } from '../../src/api/proof.ts';
import type { UnprotectedRequest } from '../../src/api/unprotected.ts';
import { parseContainerName } from '../../src/model/key.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import type { RunId } from '../../src/model/run-id.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { type UnprotectedSources, listUnprotected } from '../../src/unprotected/list-unprotected.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const PHOTOS = parseContainerName('photos');
const AT = '2026-11-30T12:00:00.000Z';
const PROOF: Proof = {
  run: '2026-11-30T11-00-00Z-4f2a' as RunId,
  at: '2026-11-30T11:00:00.000Z',
  excepted: { count: 1, sample: [{ container: 'docs', path: 'run', reason: 'source-archived' }] },
  byReason: { 'source-archived': 1 },
  containers: [],
};

async function bench(paths: readonly string[], changes: Partial<UnprotectedSources> = {}) {
  const documents = new MemoryDocuments().through(immediately);
  const ledger = createLedger({ documents, log: createSilentLogger(), now: () => new Date(AT) });
  await ledger.record(paths.map((path) => ({ container: PHOTOS, path, reason: 'backup-leased' })));
  const sources: UnprotectedSources = {
    documents,
    readProof: async () => await Promise.resolve(PROOF),
    report: async function* () {},
    readDeadLetters: async function* () {
      yield await Promise.resolve({
        id: 'events:7',
        deadLetteredAt: AT,
        left: [
          { container: PHOTOS, path: 'a', reason: 'storage-rejected' },
          { container: PHOTOS, path: 'dead', reason: 'storage-rejected' },
        ],
      });
    },
    readHeld: async () =>
      await Promise.resolve({
        held: {
          count: 1,
          sample: [{ container: 'photos', path: 'held', reason: 'source-still-written' }],
        },
        isEarliestKnown: true,
        changes: 4,
      }),
    readContainers: async () => await Promise.resolve(['photos', 'docs', 'empty']),
    ...changes,
  };
  return async (request: Partial<UnprotectedRequest> = {}) =>
    await listUnprotected(sources, { limit: 100, ...request });
}

const away = async (): Promise<never> => {
  await Promise.resolve();
  throw new BlobmirrorError('storage-unavailable', 'it is down');
};

describe('the keys that are not protected', () => {
  it('are those of everything that names one, each once, with what would mend it', async () => {
    const list = await bench(['a', 'b']);
    const { keys, ...rest } = await list();
    expect(
      keys.map(({ container, path, reason, namedBy }) => `${container}/${path} ${reason} ${namedBy}`),
    ).toEqual([
      'docs/run source-archived full-sync',
      'photos/a backup-leased record',
      'photos/b backup-leased record',
      'photos/dead storage-rejected dead-letter',
      'photos/held source-still-written waiting',
    ]);
    expect(keys[1]).toMatchObject({ since: AT, lastTry: null, deadLetter: 'events:7' });
    for (const { hint } of keys) expect(hint).not.toBe('');
    expect(rest).toEqual({
      next: null,
      byReason: {
        'backup-leased': 2,
        'source-archived': 1,
        'source-still-written': 1,
        'storage-rejected': 1,
      },
      more: [],
      isComplete: true,
      unknown: [],
      waiting: 4,
    });
  });

  it('are read from the record alone once it has what the last full sync left', async () => {
    const read: string[] = [];
    const readProof = async () =>
      await Promise.resolve({ ...PROOF, excepted: { ...PROOF.excepted, count: 2 } });
    const report = async function* () {
      await Promise.resolve();
      read.push('report');
      yield* [];
    };
    const list = await bench(['a'], { readProof, report });
    expect((await list()).keys.map(({ path }) => path)).toContain('run');
    expect(read).toEqual(['report']);
    const documents = new MemoryDocuments().through(immediately);
    const ledger = createLedger({ documents, log: createSilentLogger(), now: () => new Date(AT) });
    const left = { run: PROOF.run, startedAt: PROOF.at, left: [], more: [], mirror: '', isWhole: true };
    await ledger.change((draft) => draft.takeOver(left, () => true));
    const later = await bench(['a'], { documents, readProof, report });
    expect((await later()).keys.map(({ path }) => path)).not.toContain('run');
    expect(read).toEqual(['report']);
  });

  it('are selected by container, prefix and reason', async () => {
    const list = await bench(['a/1', 'a/2', 'b']);
    const paths = async (request: Partial<UnprotectedRequest>) =>
      (await list(request)).keys.map(({ path }) => path);
    expect(await paths({ container: 'docs' })).toEqual(['run']);
    expect(await paths({ prefix: 'a/' })).toEqual(['a/1', 'a/2']);
    expect(await paths({ reason: 'storage-rejected' })).toEqual(['a', 'dead']);
  });

  it('come in pages', async () => {
    const list = await bench(['a', 'b', 'c', 'd', 'e']);
    const pages: string[][] = [];
    for (let from: string | null | undefined; from !== null;) {
      const page = await list({ limit: 3, from });
      pages.push(page.keys.map(({ path }) => path));
      from = page.next;
    }
    expect(pages).toEqual([
      ['run', 'a', 'b'],
      ['c', 'd', 'dead'],
      ['e', 'held'],
    ]);
  });

  it('are counted by the code of the dead letter where nobody can name them', async () => {
    const list = await bench([], {
      readDeadLetters: async function* () {
        for (const reason of ['message-not-event', 'message-not-event', 'event-key-invalid'])
          yield await Promise.resolve({
            id: 'events:7',
            deadLetteredAt: AT,
            left: [{ container: '' as const, path: '', reason }],
          });
      },
    });
    expect(await list()).toMatchObject({
      more: [
        { container: '', reason: 'message-not-event', count: 2, isExact: false },
        { container: '', reason: 'event-key-invalid', count: 1, isExact: false },
      ],
      isComplete: true,
      unknown: [],
    });
  });

  it('are more than are named where such a dead letter may have held events', async () => {
    const list = await bench([], {
      readDeadLetters: async function* () {
        yield await Promise.resolve({
          id: 'events:7',
          deadLetteredAt: AT,
          left: [{ container: '' as const, path: '', reason: 'message-out-of-bounds' }],
        });
      },
    });
    expect(await list()).toMatchObject({ isComplete: false, unknown: [] });
  });

  it.each([
    ['names the same keys', 0],
    ['names other keys', 500],
  ])('count once while a full sync that %s is not on record yet', async (_, first) => {
    const names = (from: number) =>
      Array.from({ length: 1000 }, (__, i) => ({
        container: PHOTOS,
        path: `${from + i}`,
        reason: 'backup-leased',
      }));
    const documents = new MemoryDocuments().through(immediately);
    const ledger = createLedger({ documents, log: createSilentLogger(), now: () => new Date(AT) });
    await ledger.change((draft) => {
      draft.takeOver(
        {
          run: '2026-11-29T11-00-00Z-4f2a',
          startedAt: '2026-11-29T11:00:00.000Z',
          left: names(0),
          more: [{ reason: 'backup-leased', count: 900 }],
          mirror: '',
          isWhole: true,
        },
        () => true,
      );
    });
    const list = await bench([], {
      documents,
      readProof: async () =>
        await Promise.resolve({
          ...PROOF,
          excepted: { count: 1901, sample: [] },
          byReason: { 'backup-leased': 1901 },
        }),
      report: async function* () {
        for (const each of names(first))
          yield await Promise.resolve(JSON.stringify({ ...each, verdict: 'skipped' }));
      },
      readDeadLetters: async function* () {},
      readHeld: async () =>
        await Promise.resolve({ held: { count: 0, sample: [] }, changes: 0, isEarliestKnown: true }),
    });
    const { byReason, more } = await list();
    expect(byReason).toEqual({ 'backup-leased': 1000 + first });
    expect(more).toEqual([{ container: '', reason: 'backup-leased', count: 901 - first, isExact: true }]);
  });

  it('may be of a requested reason where the record counts them as of another', async () => {
    const documents = new MemoryDocuments().through(immediately);
    const ledger = createLedger({ documents, log: createSilentLogger(), now: () => new Date(AT) });
    const more = ['other', 'backup-leased', 'source-archived'].map((reason) => ({ reason, count: 3 }));
    const left = { run: PROOF.run, startedAt: PROOF.at, left: [], more, mirror: '', isWhole: true };
    await ledger.change((draft) => draft.takeOver(left, () => true));
    const list = await bench([], { documents });
    const page = await list({ reason: 'backup-leased' });
    expect(page.more.map(({ reason }) => reason).toSorted()).toEqual(['backup-leased', 'other']);
    expect(page.isComplete).toBe(false);
    expect((await list({ reason: 'storage-rejected' })).more.map(({ reason }) => reason)).toEqual(['other']);
  });

  it('are not all known while messages are left that nobody has read', async () => {
    const list = await bench([], {
      readHeld: async () =>
        await Promise.resolve({ held: { count: 0, sample: [] }, isEarliestKnown: false, changes: null }),
    });
    expect(await list()).toMatchObject({ isComplete: false, unknown: ['waiting'], waiting: null });
  });

  it('are named up to a limit, and the answer says from where there are more', async () => {
    const limits = { names: 2, letters: 100, lettersMs: 60_000 };
    const letters = (paths: readonly string[]) =>
      async function* () {
        for (const path of paths)
          yield await Promise.resolve({
            id: `events:${path}`,
            deadLetteredAt: AT,
            left: [{ container: PHOTOS, path, reason: 'storage-rejected' }],
          });
      };
    const request = { container: 'photos', reason: 'storage-rejected' };
    const both = await bench([], { limits, readDeadLetters: letters(['a', 'b']) });
    expect(await both(request)).toMatchObject({ isComplete: true, unknown: [] });
    const more = await bench([], { limits, readDeadLetters: letters(['a', 'b', 'c']) });
    const { keys, isComplete, unknown } = await more(request);
    expect(keys.map(({ path }) => path)).toEqual(['a', 'b']);
    expect({ isComplete, unknown }).toEqual({ isComplete: false, unknown: ['dead-letters'] });
  });

  it('are those of the dead letters that can be read in time, also when few of them match', async () => {
    let read = 0;
    const list = await bench([], {
      limits: { names: 10, letters: 100, lettersMs: 0 },
      readDeadLetters: async function* () {
        for (; read < 50; read++) yield await Promise.resolve({ id: '', deadLetteredAt: AT, left: [] });
      },
    });
    expect(await list({ container: 'empty' })).toMatchObject({
      isComplete: false,
      unknown: ['dead-letters'],
    });
    expect(read).toBe(0);
  });

  it('are those of a bounded number of dead letters, and the answer says so', async () => {
    let read = 0;
    const list = await bench([], {
      limits: { names: 20_000, letters: 20_000, lettersMs: Infinity },
      readDeadLetters: async function* () {
        for (; ; read++) yield await Promise.resolve({ id: `events:${read}`, deadLetteredAt: AT, left: [] });
      },
    });
    expect(await list()).toMatchObject({ isComplete: false, unknown: ['dead-letters'] });
    expect(read).toBe(20_000);
  });

  it('are never taken for all where something could not be read', async () => {
    const list = await bench(['a'], {
      readProof: away,
      readHeld: away,
      readDeadLetters: async function* () {
        yield await away();
      },
      documents: { read: away },
    });
    expect(await list()).toMatchObject({
      keys: [],
      isComplete: false,
      unknown: ['record', 'full-sync', 'dead-letters', 'waiting'],
      waiting: null,
    });
  });

  it.each<[Partial<UnprotectedRequest>, string]>([
    [{ reason: 'backup-leasd' }, '"backup-leasd" is no reason of a key; did you mean backup-leased?'],
    [{ reason: 'x' }, '"x" is no reason of a key'],
    [{ container: 'photo' }, '"photo" is no container that is mirrored; did you mean photos?'],
  ])('are not selected by what does not exist: %j', async (request, message) => {
    const list = await bench(['a']);
    await expect(list(request)).rejects.toMatchObject({ code: 'request-invalid', message });
  });

  it('are selected by a reason of each table and on record, and a container is looked up if no key names it', async () => {
    const never = { readContainers: away };
    const list = await bench(['a'], never);
    for (const reason of ['backup-immutable', 'storage-throttled', 'too-many-deletes'])
      expect(await list({ reason, container: 'photos' })).toMatchObject({ keys: [], unknown: [] });
    expect(await list({ container: 'empty' })).toMatchObject({
      keys: [],
      isComplete: false,
      unknown: ['containers'],
    });
    const newer = await bench([], {
      readHeld: async () =>
        await Promise.resolve({
          held: { count: 1, sample: [{ container: 'photos', path: 'held', reason: 'of-a-newer-release' }] },
          isEarliestKnown: true,
          changes: 0,
        }),
    });
    expect((await newer({ reason: 'of-a-newer-release' })).keys).toHaveLength(1);
    expect((await newer({ container: 'empty' })).unknown).toEqual([]);
  });
});
