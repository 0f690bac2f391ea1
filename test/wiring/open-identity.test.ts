import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { registrationName } from '../../src/identity/registration.ts';
import { openIdentity } from '../../src/wiring/open-identity.ts';
import { mirrorIdOf } from '../../src/wiring/mirror-id.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { SETTINGS_OUT_OF_REACH } from '../support/settings-out-of-reach.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const SETTINGS = readSettings(SETTINGS_OUT_OF_REACH);

describe('a registration that a newer release has written in its format', () => {
  const documents = new MemoryDocuments();
  const log = createSilentLogger();
  const open = () =>
    openIdentity(SETTINGS, log, documents.through(immediately), {
      evaluate: async () => await Promise.resolve({ kind: 'clear', blobs: 1 } as const),
      requireClear: async () => await Promise.resolve(),
    });

  beforeEach(async () => {
    documents.stored.clear();
    await open().admit();
    log.lines.length = 0;
  });

  /** Gives a registration the next format; a new one under that name when there is none. */
  function renew(name: string): void {
    const [own] = documents.stored.values();
    const text = JSON.stringify({ ...(JSON.parse(own?.text ?? '') as object), format: 2 });
    documents.stored.set(name, { text, version: 'newer' });
  }

  it('of this mirror refuses to mirror, since the pause of the newer release cannot be read', async () => {
    renew(registrationName(mirrorIdOf(SETTINGS)));
    const identity = open();
    expect(await identity.refusal()).toMatchObject({
      reason: expect.stringContaining('newer release') as string,
    });
    await expect(identity.guard()).rejects.toMatchObject({ code: 'document-too-new' });
    expect(log.lines.map(({ level, fields }) => [level, fields['error']])).toMatchObject([
      ['error', { code: 'document-too-new' }],
    ]);
  });

  it('of another mirror is named with that code, and this one works', async () => {
    renew(registrationName(mirrorIdOf(SETTINGS)).replace('.default', '.other'));
    const identity = open();
    expect(await identity.refusal()).toBeUndefined();
    const named = log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields);
    expect(named).toMatchObject([
      { code: 'document-too-new', document: expect.stringContaining('.other') as string },
    ]);
  });
});

describe('the identity of a worker', () => {
  function bench() {
    const documents = new MemoryDocuments();
    const log = createSilentLogger();
    const state = { isAway: false, writes: 0, cleared: true };
    const store = documents.through(async (call, _key, effect) => {
      if (state.isAway) throw new BlobmirrorError('storage-unavailable', 'it is down');
      if (call === 'documents.write') state.writes++;
      return await Promise.resolve(effect());
    });
    const open = (more: Record<string, string> = {}) =>
      openIdentity(readSettings({ ...SETTINGS_OUT_OF_REACH, ...more }), log, store, {
        evaluate: async () => await Promise.resolve({ kind: 'clear', blobs: 1 } as const),
        requireClear: async () => {
          await Promise.resolve();
          if (!state.cleared) throw new BlobmirrorError('storage-unavailable', 'not known yet');
        },
      });
    return { open, state };
  }

  afterEach(() => {
    vi.useRealTimers();
  });

  it('registers again after the state was out of reach', async () => {
    const { open, state } = bench();
    const identity = open();
    state.isAway = true;
    await expect(identity.admit()).rejects.toMatchObject({ code: 'storage-unavailable' });
    state.isAway = false;
    await identity.admit();
    expect(state.writes).toBeGreaterThan(0);
  });

  it('whose name another mirror has mirrors nothing, since the first time that it saw so', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const { open } = bench();
    await open().admit();
    const other = open({ BLOBMIRROR_EVENTS_QUEUE: 'another-queue' });
    const first = await other.refusal();
    expect(first?.reason).toContain('another-queue');
    vi.advanceTimersByTime(60_000);
    expect(await other.refusal()).toEqual(first);
    await expect(other.guard()).rejects.toMatchObject({ code: 'mirror-name-taken' });
  });

  it('deletes nothing before it is known that accounts are not swapped', async () => {
    const { open, state } = bench();
    const identity = open();
    await identity.mayDelete();
    state.cleared = false;
    await expect(identity.mayDelete()).rejects.toMatchObject({ code: 'storage-unavailable' });
  });

  it('is renewed each five minutes, and not with each sample', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const { open, state } = bench();
    const identity = open();
    await identity.admit();
    const registered = state.writes;
    vi.advanceTimersByTime(299_000);
    await identity.renew();
    expect(state.writes).toBe(registered);
    vi.advanceTimersByTime(1_000);
    await identity.renew();
    expect(state.writes).toBe(registered + 1);
  });
});
