import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { parseEtag } from '../../src/model/etag.ts';
import { parseKey } from '../../src/model/key.ts';
import type { BlobPresent, Reading } from '../../src/model/reading.ts';
import {
  CANARY,
  type CanaryDocument,
  canaryDelay,
  canaryText,
  toArrived,
  toCanaryStatus,
} from '../../src/status/canary.ts';
import { followCanary } from '../../src/status/follow-canary.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const START = new Date('2026-11-25T12:00:00Z');
const at = (seconds: number): string => new Date(START.getTime() + seconds * 1000).toISOString();
const statusAt = (document: CanaryDocument, seconds: number, sight = {}) =>
  toCanaryStatus(document, new Date(at(seconds)), sight);

describe('the age of the canary', () => {
  it('is none before the first one', () => {
    expect(statusAt({}, 60)).toEqual({ state: 'waiting' });
  });

  it('is how long the last one took, once it has arrived', () => {
    const document = { last: { at: at(0), etag: '1' }, tookMs: 1100 };
    expect(statusAt(document, 59)).toEqual({ state: 'following', ageMs: 1100, writtenAt: at(0) });
  });

  it('is the time since the first that is missing was written, however many came after it', () => {
    const document = { last: { at: at(120), etag: '3' }, missingSince: at(60), tookMs: 1100 };
    expect(statusAt(document, 130)).toEqual({ state: 'following', ageMs: 70_000, writtenAt: at(120) });
  });

  it('grows before any was ever seen', () => {
    const document = { last: { at: at(60), etag: '2' }, missingSince: at(0) };
    expect(statusAt(document, 90)).toMatchObject({ state: 'waiting', ageMs: 90_000 });
  });

  it('grows when nobody writes any more, since an old one says nothing of now', () => {
    const document = { last: { at: at(0), etag: '1' }, tookMs: 1100 };
    expect(statusAt(document, 181).ageMs).toBe(181_000);
  });

  it('is the time since the last one while the backup cannot be looked at', () => {
    const document = { last: { at: at(0), etag: '1' }, tookMs: 1100 };
    expect(statusAt(document, 50, { isOutOfSight: true }).ageMs).toBe(50_000);
  });
});

describe('a canary on the backup', () => {
  const document: CanaryDocument = { last: { at: at(0), etag: '2' }, missingSince: at(0) };
  const there = {
    present: true,
    kind: 'block',
    size: canaryText(at(0)).length,
    lastModified: new Date(at(3)),
    stamp: { account: 'photos', etag: parseEtag('2'), lastModified: START },
  } as unknown as BlobPresent;

  it('has arrived when it was written there, or when it was seen', () => {
    expect(canaryDelay(document, there, 'photos')).toBe(3000);
    expect(canaryDelay(document, there, 'photos', new Date(at(1)))).toBe(1000);
    expect(canaryDelay(document, { ...there, lastModified: new Date(at(-1)) }, 'photos')).toBe(0);
  });

  it.each<[string, Reading]>([
    ['is not there', { present: false, container: 'exists' }],
    ['has no stamp', { ...there, stamp: undefined }],
    [
      'is an earlier one',
      { ...there, stamp: { account: 'photos', etag: parseEtag('1'), lastModified: START } },
    ],
    [
      'is of another source',
      { ...there, stamp: { account: 'third', etag: parseEtag('2'), lastModified: START } },
    ],
    ['is not whole', { ...there, size: 1 }],
  ])('has not arrived where it %s', (_, reading) => {
    expect(canaryDelay(document, reading, 'photos')).toBeUndefined();
  });

  it('ends what is missing only if no other one was written meanwhile', () => {
    expect(toArrived(document, '2', 7)).toEqual({ last: document.last, tookMs: 7 });
    expect(toArrived(document, '1', 7)).toEqual(document);
  });
});

describe('a canary', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: START, toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** The source, and a backup that has what the test says. */
  function bench() {
    const documents = new MemoryDocuments();
    const log = createSilentLogger();
    const whole = canaryText(START.toISOString()).length;
    const state = {
      writes: 0,
      onBackup: 0,
      size: whole,
      refusal: undefined as BlobmirrorError | undefined,
      looks: 0,
    };
    const read = async (): Promise<CanaryDocument> =>
      (await documents.through(immediately).read(CANARY))?.value ?? {};
    const look = async (): Promise<Reading> => {
      await Promise.resolve();
      state.looks++;
      const stamp = { account: 'photos', etag: parseEtag(`"${state.onBackup}"`), lastModified: '' };
      const { size } = state;
      return { present: true, kind: 'block', size, lastModified: START, stamp } as unknown as BlobPresent;
    };
    return {
      log,
      state,
      read,
      write: async (value: unknown) =>
        await documents.through(immediately).write(CANARY, value, { nothingThere: true }),
      next: async () =>
        await followCanary({
          key: parseKey('blobmirror-canary', 'to-photosbackup.json'),
          account: 'photos',
          source: {
            write: async () => {
              await Promise.resolve();
              if (state.refusal !== undefined) throw state.refusal;
              return parseEtag(`"${++state.writes}"`);
            },
          },
          readBackup: look,
          documents: documents.through(immediately),
          log,
          now: () => new Date(),
          checksMs: [0, 0],
        }),
    };
  }

  it('is written, and seen to arrive', async () => {
    const { state, read, next } = bench();
    state.onBackup = 1;
    await next();
    expect(await read()).toEqual({
      format: 1,
      last: { at: START.toISOString(), etag: '1' },
      tookMs: 0,
    });
    expect(state.looks).toBe(1);
  });

  it('is left to the workers of a newer release where its record is theirs', async () => {
    const { state, write, read, log, next } = bench();
    await write({ format: 2 });
    await next();
    expect([state.writes, await read(), log.lines]).toEqual([0, { format: 2 }, []]);
  });

  it('is missing while what carries its stamp is empty', async () => {
    const { state, read, next } = bench();
    state.onBackup = 1;
    state.size = 0;
    await next();
    expect(await read()).toMatchObject({ missingSince: START.toISOString() });
  });

  it('is missing until it is seen, also by the next one', async () => {
    const { state, read, next } = bench();
    await next();
    expect(await read()).toMatchObject({ missingSince: START.toISOString() });
    state.onBackup = 1;
    vi.setSystemTime(at(60));
    await next();
    // The first one had arrived before the second was written, which is missing now.
    expect(await read()).toMatchObject({ missingSince: at(60), last: { etag: '2' } });
  });

  it('is missing since the first when the second does not arrive either', async () => {
    const { read, next } = bench();
    await next();
    vi.setSystemTime(at(60));
    await next();
    expect(await read()).toMatchObject({ missingSince: START.toISOString(), last: { at: at(60) } });
  });

  it('that is refused is told of once, with the role to grant, until it is written again', async () => {
    const { log, state, read, next } = bench();
    state.refusal = new BlobmirrorError('storage-forbidden', 'a write on photos failed: 403');
    await next();
    await next();
    expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'the canary cannot be written'],
    ]);
    expect(log.lines[0]?.fields).toMatchObject({
      code: 'storage-forbidden',
      hint: expect.stringContaining(
        'Storage Blob Data Contributor on the container blobmirror-canary of photos',
      ) as string,
    });
    expect((await read()).refused).toEqual({ code: 'storage-forbidden', since: START.toISOString() });
    state.refusal = undefined;
    state.onBackup = 1;
    await next();
    expect((await read()).refused).toBeUndefined();
  });
});
