import { beforeEach, describe, expect, it } from 'vitest';
import { registerMirror } from '../../src/identity/register-mirror.ts';
import { locateDocuments } from '../../src/identity/mirror-documents.ts';
import { type MirrorFacts, isMirrorActive } from '../../src/identity/other-mirrors.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { mirrorId } from '../../src/model/mirror-id.ts';
import { registrationName } from '../../src/identity/registration.ts';
import type { DocumentStore } from '../../src/ports/document-store.ts';

const FACTS: MirrorFacts = {
  source: 'photos',
  backup: 'photosbackup',
  name: 'default',
  settings: 'digest-of-photos',
  queues: { namespace: 'mirror.servicebus.windows.net', events: 'storage-events', reconcile: 'reconcile' },
};
const OTHER: MirrorFacts = {
  ...FACTS,
  source: 'docs',
  settings: 'digest-of-docs',
  queues: { ...FACTS.queues, events: 'docs-events', reconcile: 'docs-reconcile' },
};
const NOW = new Date('2026-11-29T12:00:00.000Z');
const at = (now: Date | string) => ({ now: new Date(now), isLookedAt: false });
const RUN = {
  own: '2026-11-25T13-09-31Z-0001',
  other: '2026-11-25T13-09-31Z-0002',
  gone: '2026-11-25T13-09-31Z-0003',
};

let store: DocumentStore;
let memory: MemoryDocuments;

beforeEach(() => {
  memory = new MemoryDocuments();
  store = memory.through(immediately);
});

async function put(documents: Record<string, unknown>): Promise<void> {
  for (const [name, value] of Object.entries(documents))
    await store.write(name, value, (await store.read(name)) ?? { nothingThere: true });
}

async function documentsOf(facts: MirrorFacts): Promise<DocumentStore> {
  return await locateDocuments(store, mirrorId(facts))();
}

async function valueOf(facts: MirrorFacts, name: string): Promise<unknown> {
  return (await (await documentsOf(facts)).read(name))?.value;
}

async function runsOf(facts: MirrorFacts): Promise<readonly string[]> {
  const names = (await Array.fromAsync((await documentsOf(facts)).list('reconcile/runs/'))).flat();
  return names.map((name) => name.slice('reconcile/runs/'.length));
}

describe('a mirror that claims its identity', () => {
  it('is registered once, however many workers start, and renews it', async () => {
    const workers = await Promise.all([1, 2, 3].map(async () => await registerMirror(store, FACTS, at(NOW))));
    expect(workers.filter(({ before }) => before === undefined)).toHaveLength(1);
    const later = new Date(NOW.getTime() + 60_000);
    const { registration } = await registerMirror(store, FACTS, { now: later, isLookedAt: true });
    expect(registration).toMatchObject({
      ...FACTS,
      registeredAt: NOW.toISOString(),
      seenAt: later.toISOString(),
      lookedAt: later.toISOString(),
    });
  });

  it('keeps members that a newer release has added to its registration', async () => {
    await registerMirror(store, FACTS, at(NOW));
    const name = registrationName(mirrorId(FACTS));
    await put({ [name]: { ...((await store.read(name))?.value as object), more: 'of it' } });
    await registerMirror(store, FACTS, at(NOW));
    expect((await store.read(name))?.value).toMatchObject({ format: 1, more: 'of it' });
  });

  it('leaves a registration in a newer format alone', async () => {
    await registerMirror(store, FACTS, at(NOW));
    const name = registrationName(mirrorId(FACTS));
    const newer = { ...((await store.read(name))?.value as object), format: 2 };
    await put({ [name]: newer });
    await expect(registerMirror(store, FACTS, at(NOW))).rejects.toMatchObject({ code: 'document-too-new' });
    expect((await store.read(name))?.value).toEqual(newer);
  });

  it('may have other settings than before, since an app is deployed anew while it runs', async () => {
    await registerMirror(store, FACTS, at(NOW));
    const { before } = await registerMirror(store, { ...FACTS, settings: 'another scope' }, at(NOW));
    expect(before?.settings).toBe(FACTS.settings);
  });

  it.each(['namespace', 'events', 'reconcile'] as const)(
    'is refused while another is at work under the same id with another %s, and let in when that is gone',
    async (which) => {
      await registerMirror(store, FACTS, at(NOW));
      const moved = { ...FACTS, queues: { ...FACTS.queues, [which]: 'another' } };
      await expect(registerMirror(store, moved, at('2026-11-29T12:14:59.000Z'))).rejects.toMatchObject({
        code: 'mirror-name-taken',
        message: expect.stringContaining('photos-to-photosbackup.default') as string,
      });
      await registerMirror(store, moved, at('2026-11-29T12:15:00.000Z'));
      await expect(registerMirror(store, FACTS, at('2026-11-29T12:16:00.000Z'))).rejects.toMatchObject({
        code: 'mirror-name-taken',
      });
    },
  );

  it('is another one under another name', async () => {
    await registerMirror(store, FACTS, at(NOW));
    const named = { ...FACTS, name: 'second', queues: OTHER.queues };
    await registerMirror(store, named, at(NOW));
    await (await documentsOf(FACTS)).write('control/pause', { paused: {} }, { nothingThere: true });
    expect(await valueOf(named, 'control/pause')).toBeUndefined();
  });
});

describe('a mirror is active', () => {
  const minute = 60_000;

  it.each([
    ['that was seen now', 0, true],
    ['that was seen within a quarter of an hour', -15 * minute + 1, true],
    ['not after that', -15 * minute, false],
    // The clock of a worker may be ahead.
    ['that was seen a little in the future', 10 * minute, true],
    ['that was seen within a day in the future', 24 * 60 * minute - 1, true],
    ['not by a time that no clock has: it would refuse every start', 24 * 60 * minute, false],
  ])('%s', (_, aheadMs, isActive) => {
    const seenAt = new Date(NOW.getTime() + aheadMs).toISOString();
    expect(isMirrorActive({ seenAt }, NOW)).toBe(isActive);
  });
});

it('a registration of another mirror that cannot be read is told, and does not count as none', async () => {
  const name = registrationName(mirrorId(OTHER));
  await put({ [name]: 'damaged' });
  const { damaged } = await registerMirror(store, FACTS, at(NOW));
  expect([...damaged.keys()]).toEqual([name]);
});

describe('a mirror whose queues another one names', () => {
  const SECOND: MirrorFacts = { ...FACTS, name: 'second' };
  const apart = { namespace: FACTS.queues.namespace, events: 'second-events', reconcile: 'second-reconcile' };
  const refused = { code: 'queue-taken' };
  const registered = () => [...memory.stored.keys()].filter((name) => name.startsWith('registry/'));

  it.each([
    ['both', {}],
    ['that of events', { reconcile: apart.reconcile }],
    ['that of full syncs', { events: apart.events }],
    ['one for another purpose', { events: FACTS.queues.reconcile, reconcile: apart.reconcile }],
    ['those of a namespace with a port', { port: '5671' }],
  ])('is refused for %s, and registers nothing, until the other is gone', async (_, queues) => {
    const second = { ...SECOND, queues: { ...FACTS.queues, ...queues } };
    await registerMirror(store, FACTS, at(NOW));
    await expect(registerMirror(store, second, at('2026-11-29T12:14:59.000Z'))).rejects.toMatchObject({
      ...refused,
      message: expect.stringMatching(
        /photos-to-photosbackup\.default .* photos-to-photosbackup\.second /,
      ) as string,
    });
    expect(registered()).toEqual(['registry/photos-to-photosbackup.default']);
    await registerMirror(store, second, at('2026-11-29T12:15:00.000Z'));
    await expect(registerMirror(store, FACTS, at('2026-11-29T12:16:00.000Z'))).rejects.toMatchObject(refused);
  });

  it.each(['a', 'z'])('is refused whichever of the others it is that has them: %s', async (which) => {
    for (const name of ['a', 'z'])
      await registerMirror(
        store,
        { ...FACTS, name, queues: { ...apart, events: `${name}-events`, reconcile: `${name}-reconcile` } },
        at(NOW),
      );
    const second = { ...SECOND, queues: { ...apart, events: `${which}-events` } };
    await expect(registerMirror(store, second, at(NOW))).rejects.toMatchObject(refused);
  });

  it('is let in with queues of its own, in another namespace, and on another broker of one machine', async () => {
    const of = (name: string, queues: Partial<MirrorFacts['queues']>): MirrorFacts => ({
      ...FACTS,
      name,
      queues: { ...FACTS.queues, port: '5671', ...queues },
    });
    for (const facts of [
      of('one', {}),
      of('two', { events: apart.events, reconcile: apart.reconcile }),
      of('three', { namespace: 'another.servicebus.windows.net' }),
      of('four', { port: '5672' }),
    ])
      await registerMirror(store, facts, at(NOW));
    expect(registered()).toHaveLength(4);
  });

  it('is the same mirror at another port', async () => {
    for (const port of ['5671', '5672'])
      await registerMirror(store, { ...FACTS, queues: { ...FACTS.queues, port } }, at(NOW));
    expect(registered()).toHaveLength(1);
  });

  it('gives way where both are at work, and the one that was registered first goes on', async () => {
    await registerMirror(store, { ...SECOND, queues: apart }, at(NOW));
    await registerMirror(store, FACTS, at('2026-11-29T12:01:00.000Z'));
    // As a release left it that did not look.
    const name = registrationName(mirrorId(SECOND));
    await put({ [name]: { ...((await store.read(name))?.value as object), queues: FACTS.queues } });
    await expect(registerMirror(store, FACTS, at('2026-11-29T12:05:00.000Z'))).rejects.toMatchObject(refused);
    await registerMirror(store, SECOND, at('2026-11-29T12:06:00.000Z'));
    await registerMirror(store, SECOND, at('2026-11-29T12:11:00.000Z'));
    await expect(registerMirror(store, FACTS, at('2026-11-29T12:12:00.000Z'))).rejects.toMatchObject(refused);
  });

  it('is seen by one that starts at the same time', async () => {
    const outcomes = await Promise.allSettled(
      [FACTS, SECOND].map(async (facts) => await registerMirror(store, facts, at(NOW))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

describe('the documents of the release before', () => {
  const paused = { paused: { since: '2026-11-29T11:00:00.000Z', reason: 'a move' }, ended: [] };
  const done = (mirror: string) => ({ mirror, state: 'done' });

  beforeEach(async () => {
    await put({
      'control/pause': paused,
      'control/acknowledged': { until: '2026-11-29T11:00:00.000Z', ids: ['a'] },
      'recovery/history': { since: '2026-11-01T00:00:00.000Z' },
      'activity/f00': { format: 1 },
      'reconcile/current': { run: RUN.own },
      [`reconcile/runs/${RUN.own}`]: { mirror: FACTS.settings, state: 'comparing' },
      [`reconcile/runs/${RUN.other}`]: done(OTHER.settings),
      [`reconcile/runs/${RUN.gone}`]: done('mixed'),
    });
  });

  it('are what a command goes by until a worker has taken them over', async () => {
    expect(await valueOf(FACTS, 'control/pause')).toEqual(paused);
    await (await documentsOf(FACTS)).write('control/acknowledged', {}, { nothingThere: true });
    expect([...memory.stored.keys()].some((name) => name.startsWith('mirrors/'))).toBe(false);
  });

  it('stay, for a way back, and each of two mirrors has its own of them', async () => {
    const before = new Map(memory.stored);
    await registerMirror(store, FACTS, at(NOW));
    await registerMirror(store, OTHER, at(NOW));
    expect(before.size).toBeGreaterThan(0);
    for (const [name, stored] of before) expect(memory.stored.get(name)).toEqual(stored);
    for (const facts of [FACTS, OTHER]) {
      expect(await valueOf(facts, 'control/pause')).toEqual(paused);
      expect(await valueOf(facts, 'control/acknowledged')).toMatchObject({ ids: ['a'] });
      expect(await valueOf(facts, 'activity/f00')).toEqual({ format: 1 });
    }
    // What one does from then on is nothing to the other.
    const own = await documentsOf(FACTS);
    await own.write(
      'control/pause',
      { paused: null, ended: [] },
      (await own.read('control/pause')) ?? { nothingThere: true },
    );
    expect(await valueOf(OTHER, 'control/pause')).toEqual(paused);
  });

  it('give each its runs, and what cannot be told to both: a run under way to the one that began it', async () => {
    await registerMirror(store, FACTS, at(NOW));
    await registerMirror(store, OTHER, at(NOW));
    expect(await runsOf(OTHER)).toEqual([RUN.other, RUN.gone]);
    expect(await runsOf(FACTS)).toEqual([RUN.own, RUN.other, RUN.gone]);
    expect(await valueOf(FACTS, 'reconcile/current')).toEqual({ run: RUN.own });
    expect(await valueOf(OTHER, 'reconcile/current')).toBeUndefined();
  });

  it('are taken over once, and not at each start', async () => {
    const { registration } = await registerMirror(store, FACTS, at(NOW));
    const later = '2026-11-29T12:10:00.000Z';
    await put({ [`reconcile/runs/${RUN.gone}9`]: done('mixed') });
    expect((await registerMirror(store, FACTS, at(later))).registration.former).toEqual(registration.former);
    expect(registration.former.takenAt).toBe(NOW.toISOString());
  });

  it('do not give a run under way to a mirror that did not begin it', async () => {
    await put({ [`reconcile/runs/${RUN.gone}`]: { mirror: 'of nobody', state: 'comparing' } });
    await registerMirror(store, FACTS, at(NOW));
    expect(await runsOf(FACTS)).toEqual([RUN.own, RUN.other]);
  });

  it('are taken over whole by whoever comes after a worker that died on the way, at any step', async () => {
    const whole = new MemoryDocuments();
    for (const [name, stored] of memory.stored) whole.stored.set(name, stored);
    await registerMirror(whole.through(immediately), FACTS, at(NOW));
    const texts = ({ stored }: MemoryDocuments) =>
      [...stored].map(([name, { text }]) => `${name} ${text}`).toSorted();
    let hasDied = true;
    for (let dies = 0; hasDied; dies++) {
      const other = new MemoryDocuments();
      for (const name of memory.stored.keys()) {
        const stored = memory.stored.get(name);
        if (stored !== undefined) other.stored.set(name, stored);
      }
      let calls = 0;
      const dying = other.through(async (_call, _key, effect) => {
        if (calls++ >= dies) throw new Error('it died');
        return await Promise.resolve(effect());
      });
      hasDied = await registerMirror(dying, FACTS, at(NOW)).then(
        () => false,
        () => true,
      );
      await registerMirror(other.through(immediately), FACTS, at(NOW));
      expect(texts(other)).toEqual(texts(whole));
    }
  });

  it('write nothing over that the mirror has written itself', async () => {
    await registerMirror(store, FACTS, at(NOW));
    const resumed = { paused: null, ended: [] };
    const own = await documentsOf(FACTS);
    await own.write('control/pause', resumed, (await own.read('control/pause')) ?? { nothingThere: true });
    // Its registration was damaged, so that it is made anew.
    await put({ [registrationName(mirrorId(FACTS))]: 'damaged' });
    await registerMirror(store, FACTS, at(NOW));
    expect(await valueOf(FACTS, 'control/pause')).toEqual(resumed);
  });

  it('are nothing to a mirror that comes a month after those that shared them', async () => {
    await registerMirror(store, FACTS, at(NOW));
    const late = { ...OTHER, settings: 'of a new one' };
    await registerMirror(store, late, at('2026-12-29T12:00:00.000Z'));
    expect(await valueOf(late, 'control/pause')).toBeUndefined();
    expect(await runsOf(late)).toEqual([]);
    // One that had a part in them has it still.
    const queues = { ...OTHER.queues, events: 'back-events', reconcile: 'back-reconcile' };
    const back = { ...OTHER, name: 'back', queues };
    await registerMirror(store, back, at('2026-12-29T12:00:00.000Z'));
    expect(await valueOf(back, 'control/pause')).toEqual(paused);
  });
});
