import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type History, toProperties } from '../../src/model/hint-message.ts';
import { isProof } from '../../src/api/proof.ts';
import { toBlobmirrorError } from '../../src/model/errors.ts';
import { parseKey } from '../../src/model/key.ts';
import type { RunId } from '../../src/model/run-id.ts';
import type { Run } from '../../src/api/run.ts';
import type { BrowsedMessage } from '../../src/ports/dead-letter-queue.ts';
import { readWaiting } from '../../src/status/read-waiting.ts';
import { eventGridEvent } from '../events/samples.ts';
import { damagedTexts, JUNK } from './support/damaged-texts.ts';
import { type Snapshot, StateWorld } from './support/state-world.ts';
import { budget } from '../support/budgets.ts';

/** With every property that a message may have. */
const FULL_HISTORY: History = {
  root: 'r',
  attempts: 1,
  firstSeen: new Date(0),
  looks: 1,
  holds: 1,
  unsettled: true,
  mirrored: true,
  held: [{ key: parseKey('photos', 'a'), reason: 'source-still-written' }],
  parked: true,
  lastError: { code: 'c', detail: 'd', hint: 'h' },
  firstError: { code: 'c', detail: 'd' },
  replays: 1,
};

let before: Snapshot;

beforeAll(async () => {
  const world = new StateWorld();
  await world.live();
  before = world.snapshot;
});

/** A document of each kind: the one with the longest text. */
function kinds(): ReadonlyMap<string, string> {
  const kindOf = (name: string): string =>
    name
      .replace(/^mirrors\/[^/]+\//, '')
      .replace(/\d{4}-\d\d-\d\dT[\d-]+Z-[0-9a-f]{4}/, (id) => `RUN${UNDER_WAY() === id ? ' under way' : ''}`)
      .replace(/\.[cd]\d[\w-]*\.\d+(\.[0-9a-f]{8})?/, '')
      .replace(/activity\/.*/, 'activity');
  const found = new Map<string, string>();
  for (const [name, text] of before.stored) {
    const known = found.get(kindOf(name));
    if (known === undefined || (before.stored.get(known)?.length ?? 0) < text.length)
      found.set(kindOf(name), name);
  }
  return found;
}

/** A text that counts as absent, or is for a newer release, or that is not read any more. */
function isFine(kind: string, text: string): boolean {
  if (kind === 'recovery/canary') return text.startsWith('{');
  if (kind.endsWith('.extras') && text === '"text"') return true;
  return kind === 'reconcile/slices/RUN.extras';
}

/** The run that no worker has finished. */
function UNDER_WAY(): string {
  const names = [...before.stored.keys()].filter((name) => name.includes('/reconcile/runs/')).toSorted();
  return names.at(-1)?.split('/').at(-1) ?? '';
}

/** All readers of the state continue after a document was overwritten with this text. */
async function expectHonest(name: string, text: string, isSurelyDamaged: boolean): Promise<void> {
  const world = new StateWorld(before);
  world.damage(name, text);
  const short = name.replace(/^mirrors\/[^/]+\//, '');
  const told = [await world.ask()];
  expectNoFalseProof(world, (await world.status()).recovery.proven?.run);

  // A pause always has a reason that names the document, so that an operator knows what to do.
  const paused = await world.paused();
  const isNamedPause =
    paused === null || (paused.by === 'blobmirror' && paused.reason?.includes(short) === true);
  expect({ paused, isNamedPause }).toMatchObject({ isNamedPause: true });
  await world.drain();
  await world.minute();
  told.push(await world.ask());
  for (const run of await world.reconciler.list()) expectNoFalseProof(world, provenBy(run));
  // A list of keys only asks for a check of each, and the mirror core demands its own proof.
  expect(name.endsWith('.extras') ? [] : world.wrongLooks).toEqual([]);

  // Later everything works again: a full sync begins, whatever the result of the last one, and proves what it
  // saw.
  await world.repair();
  expect(await world.paused()).toBeNull();
  world.pass(20);
  const next = await world.startAndDrain();
  expect(next && provenBy(next)).toBe(next?.id);
  await world.minute();
  const status = await world.status();
  expect(status.recovery.proven?.run).toBe(next?.id);
  expect(world.hasWalkedAll(next?.id ?? '')).toBe(true);
  const left = status.health.problems.filter(({ code }) => code === 'document-damaged');
  // A full sync whose document is unreadable stays visible.
  for (const { detail } of left) expect(detail).toContain('reconcile/runs/');

  // Damaged documents were reported by name, and none caused an unexpected error.
  const lines = world.log.lines.map(({ message, fields }) => JSON.stringify({ message, ...plain(fields) }));
  const isNamed = [...told, ...lines].some((line) => line.includes(short));
  expect({ name, isNamed: isNamed || !isSurelyDamaged }).toEqual({ name, isNamed: true });
  expect([...told, ...lines].filter((line) => line.includes('unexpected'))).toEqual([]);
}

function provenBy(run: Run): RunId | undefined {
  return isProof(run, 'digest') ? run.id : undefined;
}

function expectNoFalseProof(world: StateWorld, run: string | undefined): void {
  expect({ run, isTrue: run === undefined || world.hasWalkedAll(run) }).toEqual({ run, isTrue: true });
}

/** Errors as they are logged. */
function plain(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? { code: 'code' in value ? value.code : '', message: value.message } : value,
    ]),
  );
}

describe('a document of the state that was overwritten by something else', () => {
  it('is tested for every kind', () => {
    expect([...kinds().keys()].toSorted()).toEqual([
      'activity',
      'control/acknowledged',
      'control/pause',
      'deadletters/told',
      'reconcile/current',
      'reconcile/runs/RUN',
      'reconcile/runs/RUN under way',
      'reconcile/slices/RUN',
      'reconcile/slices/RUN under way',
      'reconcile/slices/RUN under way.extras',
      'reconcile/slices/RUN under way.report',
      'reconcile/slices/RUN.extras',
      'reconcile/slices/RUN.foreign',
      'reconcile/slices/RUN.report',
      'recovery/canary',
      'recovery/history',
      'recovery/waiting',
      'registry/sourceaccount-to-backupaccount.default',
      'session/secret',
      'unprotected/keys',
    ]);
  });

  it.each(JUNK)('is named, heals or stops the work, and causes no false claim: %s', async (_, text) => {
    for (const [kind, name] of kinds()) {
      await expectHonest(name, text, !isFine(kind, text));
    }
  });

  it('is handled the same with any damage', async () => {
    const names = [...before.stored.keys()];
    const damage = fc
      .constantFrom(...names)
      .chain((name) =>
        fc.record({ name: fc.constant(name), text: damagedTexts(before.stored.get(name) ?? '') }),
      );
    await fc.assert(
      fc.asyncProperty(damage, async ({ name, text }) => await expectHonest(name, text, false)),
      { numRuns: budget(80) },
    );
  });
});

/** Documents other than lists of lines, which have the format of the slice that names them. */
function objects(): readonly (readonly [kind: string, name: string, value: object])[] {
  return [...kinds()]
    .filter(([kind]) => !/\.(extras|foreign|report)$/.test(kind))
    .map(([kind, name]) => [kind, name, JSON.parse(before.stored.get(name) ?? '') as object]);
}

describe('the format of a document', () => {
  it('is written into each kind that there is', () => {
    expect(objects().map(([kind, , value]) => [kind, 'format' in value && value.format])).toEqual(
      objects().map(([kind]) => [kind, 1]),
    );
  });

  it('is missing in documents of the former release, which are still read', async () => {
    const world = new StateWorld(before);
    for (const [name, text] of before.stored)
      if (text.startsWith('{"format":1,')) world.damage(name, text.replace('"format":1,', ''));
    const { recovery, health, activity } = await world.status();
    const expected = await new StateWorld(before).status();
    expect(recovery.proven?.run).toBeTruthy();
    expect({ recovery, health, activity }).toEqual({
      recovery: expected.recovery,
      health: expected.health,
      activity: expected.activity,
    });
    await world.drain();
    await world.minute();
    expect((await world.reconciler.list()).map(({ state }) => state)).toEqual(['done', 'done']);
    expect(world.wrongLooks).toEqual([]);
  });

  it.each(['as it is', 'with other members'])('that is newer prevents any change: %s', async (how) => {
    for (const [kind, name, value] of objects()) {
      const world = new StateWorld(before);
      const text = JSON.stringify({ ...(how === 'as it is' ? value : { data: [] }), format: 99 });
      world.damage(name, text);
      const short = name.replace(/^mirrors\/[^/]+\//, '');
      const isPause = kind === 'control/pause';
      const codes = new Set<string>();
      const attempt = async (act: () => Promise<unknown>): Promise<void> => {
        try {
          await act();
        } catch (thrown) {
          codes.add(toBlobmirrorError(thrown).code);
        }
      };
      const told = [await world.ask()];
      expectNoFalseProof(world, (await world.status()).recovery.proven?.run);
      expect((await world.paused()) !== null).toBe(isPause);
      for (let i = 0; i < 60; i++) await world.handleOne();
      await attempt(async () => await world.minute());
      await attempt(async () => await world.repair());
      for (const minutes of [1, 20]) {
        world.pass(minutes);
        await attempt(async () => await world.start());
        for (let i = 0; i < 60; i++) await world.handleOne();
      }
      told.push(await world.ask());
      for (const run of await world.reconciler.list()) expectNoFalseProof(world, provenBy(run));

      expect({ kind, text: world.snapshot.stored.get(name) }).toEqual({ kind, text });
      expect(world.wrongLooks).toEqual([]);
      expect([...codes].filter((code) => code !== 'document-too-new')).toEqual([]);
      const lines = world.log.lines.map(({ message, fields }) =>
        JSON.stringify({ message, ...plain(fields) }),
      );
      const all = [...told, ...lines, ...codes].join('\n');
      // A newer worker keeps its own counts, and nothing is logged.
      expect({ kind, isTold: kind === 'activity' || all.includes(short) || codes.size > 0 }).toEqual({
        kind,
        isTold: true,
      });
      expect(all).not.toContain('unexpected');
      expect(all).not.toContain(`${short} is damaged`);
    }
  });
});

describe("the properties of an event's message", () => {
  const names = Object.keys(toProperties(FULL_HISTORY));
  const forged = fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(
      fc.boolean(),
      fc.integer(),
      fc.string(),
      fc.date({ noInvalidDate: true }).map(String),
      fc.json(),
    ),
  );

  it('move the live point no further than if the message were absent', async () => {
    const genuine = waiting('genuine', {});
    await fc.assert(
      fc.asyncProperty(fc.array(forged, { maxLength: 5 }), async (properties) => {
        const messages = [genuine, ...properties.map((each, i) => waiting(`forged.${i}`, each))];
        const browse = async function* () {
          yield await Promise.resolve(messages);
        };
        const { earliest } = await readWaiting({ browse }, () => NOW);
        expect(earliest?.getTime()).toBeLessThanOrEqual(EVENT_TIME.getTime());
      }),
    );
  });
});

const NOW = new Date('2026-11-25T12:00:00Z');
const EVENT_TIME = new Date('2026-11-25T11:50:00Z');

/** A message in the queue, of an event of ten minutes ago. */
function waiting(
  messageId: string,
  applicationProperties: Readonly<Record<string, unknown>>,
): BrowsedMessage {
  const event = eventGridEvent({ type: 'Microsoft.Storage.BlobCreated', subject: 'x', data: {} });
  return {
    sequenceNumber: '1',
    messageId,
    state: 'active',
    enqueuedAt: NOW,
    deliveryCount: 0,
    body: { ...event, eventTime: EVENT_TIME.toISOString() },
    applicationProperties,
  };
}

describe('a foreign message on the reconcile queue', () => {
  const claims = fc.record(
    {
      container: fc.constantFrom('photos', 'docs', 'elsewhere'),
      phase: fc.constantFrom('compare', 'delete'),
      prefix: fc.constantFrom('', 'k', 'none/'),
      from: fc.constantFrom('a', 'k00005', 'z'),
      to: fc.constantFrom('a', 'k00005', 'z'),
      at: fc.record({ source: fc.constantFrom('a', 'k00007', 'z'), backup: fc.constantFrom('a', 'z') }),
      again: fc.constant(['k00002']),
      compared: fc.constant([{ path: 'k00002', source: '0x1', backup: '0x2', equal: 9 }]),
      isWalked: fc.constant(true),
      root: fc.constant(true),
      unordered: fc.constant(true),
      line: fc.nat(50),
      below: fc.constant([{ directory: 'k00001' }]),
      sourceListingFailed: fc.constant(true),
      holds: fc.constantFrom(1, Number.MAX_SAFE_INTEGER),
    },
    { requiredKeys: [] },
  );
  const message = fc.record({
    shard: fc.constantFrom('c0', 'c1', 'c0-0', 'c1-0', 'd0', 'd1', 'u0', 'constructor', 'c0-u0'),
    slice: fc.constantFrom(0, 1, 2, 3, 1000),
    attempt: fc.constantFrom(0, 1, 7, 8, Number.MAX_SAFE_INTEGER),
    claims,
    /** The number of our messages before it. */
    after: fc.nat(12),
  });

  it('never makes a run prove or delete what it did not check, and the run ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 12 }), async (messages) => {
        const world = new StateWorld();
        const begun = await world.start();
        if (typeof begun === 'string') throw new Error('another run is under way');
        let sent = 0;
        for (const { after, shard, slice, attempt, claims: claimed } of messages) {
          for (let i = 0; i < after; i++) await world.handleOne();
          const body = { run: begun.id, shard, slice, attempt, ...claimed };
          world.queue.send({ messageId: `somebody.${sent++}`, body });
          expectNoFalseProof(world, provenBy((await world.reconciler.read(begun.id)) ?? begun));
        }
        await world.drain();
        const run = await world.reconciler.read(begun.id);
        expect(run?.state).toBe('done');
        expectNoFalseProof(world, provenBy(run ?? begun));
        expect(world.wrongLooks).toEqual([]);
        // The report of a failed listing is believed, and only takes proof from a run.
        const isTaken = messages.some(({ claims: claimed }) => claimed.sourceListingFailed === true);
        expect(isTaken || provenBy(run ?? begun) === begun.id).toBe(true);
        expect(run?.sourceListingFailed === true ? [...world.looks] : []).toEqual([]);
      }),
      { numRuns: budget(120) },
    );
  });

  it('of an unknown run is completed with a log line', async () => {
    const world = new StateWorld();
    const body = { run: '2026-11-25T12-00-00Z-ffff', shard: 'c0', slice: 0, attempt: 0, isWalked: true };
    await world.reconciler.handleShard(body);
    expect(world.log.lines).toMatchObject([
      { message: 'a shard of a run that this mirror does not know was dropped' },
    ]);
  });
});
