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
          { container: '', path: '', reason: 'storage-rejected' },
        ],
      });
    },
    readHeld: async () =>
      await Promise.resolve({
        count: 1,
        sample: [{ container: 'photos', path: 'held', reason: 'source-still-written' }],
      }),
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
    });
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

  it('are those of a bounded number of dead letters, and the answer says so', async () => {
    let read = 0;
    const list = await bench([], {
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
    });
  });
});
