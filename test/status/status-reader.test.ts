import { describe, expect, it } from 'vitest';
import { parseHistory, toProperties } from '../../src/model/hint-message.ts';
import { parseKey } from '../../src/model/key.ts';
import { NO_FINDINGS } from '../../src/api/full-sync-findings.ts';
import type { BrowsedMessage } from '../../src/ports/dead-letter-queue.ts';
import { ABSENT } from '../../src/model/reading.ts';
import { CANARY } from '../../src/status/canary.ts';
import { HISTORY, type HistoryDocument } from '../../src/status/history.ts';
import { createStatusReader } from '../../src/status/create-status-reader.ts';
import { type StatusParts, createStateReader } from '../../src/status/read-state.ts';
import { Machine } from '../clock/support/machine.ts';
import { NOW, ago, PROOF, message, letter, bench } from './support/status-bench.ts';

describe('a status', () => {
  it('tells the points, what is excepted, and containers without that of the canary', async () => {
    const { open, state } = bench();
    state.waiting = [message(3)];
    const status = await open()();
    expect(status).toMatchObject({
      statement: 'proven up to 11:30:00, live up to 11:57:00, except 1 key',
      recovery: { proven: { ageMs: 1_800_000 }, live: { at: ago(3).toISOString(), ageMs: 180_000 } },
      health: { status: 'ok', problems: [] },
      scope: { containers: { exclude: ['tmp*'] } },
      containers: [
        { name: 'photos', blobs: 3, bytes: 30, lastMirroredAt: ago(1).toISOString() },
        { name: 'constructor', lastMirroredAt: null },
      ],
    });
  });

  it('is live up to now while a key is known to differ as yet, and excepts it by name', async () => {
    const { open, state } = bench();
    const held = [{ key: parseKey('lake', 'log'), reason: 'source-still-written' }] as const;
    const history = { ...parseHistory({}, 'm', NOW), mirrored: true, looks: 1, held };
    state.waiting = [{ ...message(50), state: 'scheduled', applicationProperties: toProperties(history) }];
    expect(await open()()).toMatchObject({
      statement: 'proven up to 11:30:00, live up to 12:00:00, except 2 keys',
      recovery: {
        excepted: {
          sample: [{ path: 'a' }, { container: 'lake', path: 'log', reason: 'source-still-written' }],
        },
      },
    });
  });

  it('excepts what is on record, in the place of what a full sync left once that is on record', async () => {
    const { parts } = bench();
    const record = {
      keys: [{ container: 'photos', path: 'b', reason: 'backup-leased' }],
      more: 0,
      isComplete: true,
    };
    const read = async (run?: string) =>
      (
        await createStatusReader({
          ...parts,
          readRecorded: async () => await Promise.resolve({ ...record, run }),
        }).read()
      ).recovery.excepted;
    expect(await read()).toMatchObject({ count: 2, sample: [{ path: 'b' }, { path: 'a' }] });
    expect(await read(PROOF.run)).toMatchObject({ count: 1, sample: [{ path: 'b' }] });
  });

  it('claims no live point by a clock that is off or unknown, and says why', async () => {
    const { open, state } = bench();
    state.assessment = { state: 'off', aheadMs: 7_200_000, of: 'photos' };
    expect(await open()()).toMatchObject({
      statement: 'proven up to 11:30:00, live unknown (clock-off: the clock here is 2 h ahead), except 1 key',
      clock: { state: 'off', aheadMs: 7_200_000, of: 'photos' },
      recovery: { live: null, proven: { run: PROOF.run } },
      health: { status: 'failing', problems: [{ code: 'clock-off' }] },
    });
    state.assessment = { state: 'unknown' };
    expect(await open()()).toMatchObject({
      statement: 'proven up to 11:30:00, live unknown (no account has told its time), except 1 key',
      clock: { state: 'unknown' },
      recovery: { live: null },
      // Nothing that is not known makes health well.
      health: { status: 'failing', problems: [{ code: 'clock-off' }] },
    });
  });

  it('claims no more than the service has said', async () => {
    const { open, state } = bench();
    state.assessment = { state: 'right', latest: ago(0.5) };
    expect((await open()()).recovery.live?.at).toBe(ago(0.5).toISOString());
  });

  it('asks the accounts, once each, before it reads the queue, where none has told the time yet', async () => {
    const { parts } = bench();
    const machine = new Machine(0, { time: NOW.getTime() });
    const asked: string[] = [];
    const probe = (account: 'source' | 'backup') => async () => {
      await Promise.resolve();
      machine.hear({ account });
      asked.push(account);
    };
    const events: StatusParts['events'] = {
      browse: (...bounds) => {
        asked.push('queue');
        return parts.events.browse(...bounds);
      },
    };
    const { recovery } = await createStatusReader({
      ...parts,
      serviceClock: machine.clock,
      probe: { source: probe('source'), backup: probe('backup') },
      events,
    }).read();
    expect(asked).toEqual(['source', 'backup', 'queue']);
    expect(recovery.live).toMatchObject({ ageMs: 0 });
    expect(Date.parse(recovery.live?.at ?? '')).toBeLessThanOrEqual(machine.time);
  });

  it('has the alerts of full syncs among its problems while they stand', async () => {
    const { open, state } = bench();
    state.findings = { alerts: [{ code: 'keys-blocked', container: 'lake', run: PROOF.run }], foreign: [] };
    expect((await open()()).health).toMatchObject({
      status: 'failing',
      problems: [{ code: 'guard-alerts' }],
    });
    state.findings = NO_FINDINGS;
    expect((await open()()).health).toEqual({ status: 'ok', problems: [] });
  });

  it('tells a wrong clock and different settings of any worker, until that worker is gone', async () => {
    const { open, state, parts, pass, sample } = bench();
    const mine = { id: 'mine', startedAt: ago(60), settings: { BLOBMIRROR_TIER: 'a' } };
    const other = { id: 'other', startedAt: ago(60), settings: { BLOBMIRROR_TIER: 'b' } };
    const clockOff = { aheadMs: 120_000, of: 'photos' };
    state.workers = [
      // Its own document may be older than what it knows of its clock.
      { ...mine, clockOff, seenAt: ago(1) },
      { ...other, clockOff, seenAt: ago(1) },
    ];
    const read = () =>
      createStatusReader({ ...parts, worker: () => ({ id: 'mine', startedAt: NOW }) }).read();
    const told = await read();
    expect(told.health).toMatchObject({
      status: 'failing',
      problems: [{ code: 'clock-off' }, { code: 'settings-differ' }],
    });
    expect(told.health.problems[0]?.detail).toMatch(/^The clock of worker other is 2 min ahead/);
    expect(Object.keys(told.activity)).not.toContain('workers');
    pass(9.1 * 60_000);
    sample();
    expect((await read()).health).toEqual({ status: 'ok', problems: [] });
    expect((await open()()).health).toEqual({ status: 'ok', problems: [] });
  });

  it('tells credentials that end, until they are replaced', async () => {
    const { open, state } = bench();
    state.credentials = [{ name: 'the SAS of BLOBMIRROR_SOURCE', endsAt: ago(-60) }];
    expect((await open()()).health).toMatchObject({
      status: 'ok',
      problems: [{ code: 'credential-ending' }],
    });
    state.credentials = [{ name: 'the SAS of BLOBMIRROR_SOURCE', endsAt: ago(60) }];
    expect((await open()()).health).toMatchObject({
      status: 'failing',
      problems: [{ code: 'credential-ended' }],
    });
    state.credentials = [{ name: 'the SAS of BLOBMIRROR_SOURCE', endsAt: ago(-60 * 24 * 90) }];
    expect((await open()()).health).toEqual({ status: 'ok', problems: [] });
  });

  it('tells silence, a start and neither alike, whether a worker or a command is asked', async () => {
    const { parts, documents, state, sample } = bench();
    const own = { id: 'w', startedAt: NOW };
    const ask = async (worker?: { readonly id: string; readonly startedAt: Date }) =>
      (await createStatusReader({ ...parts, ...(worker && { worker: () => worker }) }).read()).health;
    /** Health as a command tells it, and as the worker does that the state tells of. */
    const both = async (startedAt?: Date) => {
      state.workers =
        startedAt === undefined ? [] : [{ id: 'w', seenAt: startedAt, startedAt, settings: {} }];
      const command = await ask();
      expect(startedAt === undefined ? command : await ask({ id: 'w', startedAt })).toEqual(command);
      return [command.status, ...command.problems.map(({ code }) => code)];
    };
    await documents.remove(HISTORY);
    // A mirror without a history.
    expect(await both()).toEqual(['failing', 'app-silent']);
    expect(await both(ago(1.9))).toEqual(['ok', 'app-starting']);
    expect(await both(ago(2.1))).toEqual(['failing', 'app-silent']);
    // A worker knows of its own start before it is in the state.
    state.workers = [];
    expect(await ask(own)).toMatchObject({ status: 'ok', problems: [{ code: 'app-starting' }] });

    sample(4);
    expect(await both()).toEqual(['ok']);
    expect(await both(ago(1))).toEqual(['ok']);
    sample(6);
    expect(await both()).toEqual(['failing', 'app-silent']);
    // The one that ended with the last sample, which the state still tells of, is no start.
    expect(await both(ago(7))).toEqual(['failing', 'app-silent']);
    expect(await both(ago(1))).toEqual(['ok', 'app-starting']);
    expect(await both(ago(3))).toEqual(['failing', 'app-silent']);
    // Nor is it a start for ever where each ends before its first sample.
    state.workers = [3, 2, 1].map((minutes) => {
      return { id: String(minutes), seenAt: ago(minutes), startedAt: ago(minutes), settings: {} };
    });
    expect((await ask(own)).problems).toEqual([
      {
        code: 'app-silent',
        detail:
          'No worker has taken a sample for 6 min: worker 3 started 3 min ago; its function watch may be disabled, or it may end too soon.',
      },
    ]);
    state.workers = [{ id: 'w', seenAt: ago(1), startedAt: ago(-60), settings: {} }];
    expect((await ask()).problems).toEqual([
      {
        code: 'app-starting',
        detail:
          'No worker has taken a sample for 6 min. Worker w started 1 min ago; its first sample is due within two minutes of that.',
        severity: 'warning',
      },
    ]);
    // What takes a sample is not silent.
    state.workers = [];
    expect((await createStatusReader(parts).readSample()).health).toEqual({ status: 'ok', problems: [] });

    await documents.remove(HISTORY);
    await documents.write(HISTORY, 'damaged', { nothingThere: true });
    expect(await both()).toEqual(['failing', 'app-silent', 'document-damaged']);
    expect(await both(ago(1))).toEqual(['ok', 'document-damaged']);
  });

  it('is live up to now when nothing waits', async () => {
    const { open } = bench();
    expect((await open()()).recovery.live).toEqual({ at: NOW.toISOString(), ageMs: 0 });
  });

  it('goes by what was last seen of the state while that cannot be read', async () => {
    const { parts, state, pass } = bench();
    const read = createStateReader(parts);
    expect(await read()).toMatchObject({ readAt: NOW, state: { proof: PROOF } });
    state.isStateAway = true;
    pass(60_000);
    expect(await read()).toMatchObject({
      readAt: NOW,
      unreachable: 'storage-unavailable',
      state: { proof: PROOF },
    });
  });

  it('does not take what it never saw of the state for nothing', async () => {
    const { open, state, pass } = bench();
    state.isStateAway = true;
    pass(60_000);
    expect(await open()()).toMatchObject({
      statement: 'proven unknown, live up to 12:01:00, exceptions unknown',
      stateAsOf: null,
      recovery: { excepted: { count: 0, isComplete: false } },
      health: { status: 'failing', problems: [{ code: 'state-unreachable' }] },
    });
  });

  it.each(['areEventsAway', 'areLettersAway'] as const)('fails health when %s alone', async (which) => {
    const { open, state } = bench();
    state[which] = true;
    const { health } = await open()();
    expect(health).toMatchObject({ status: 'failing', problems: [{ code: 'queue-unreachable' }] });
  });

  it('tells what it cannot ask, and answers all the same', async () => {
    const { open, state } = bench();
    Object.assign(state, { isStateAway: true, isQueueAway: true, isBackupAway: true });
    const { recovery, health, backlog, deadLetters } = await open()();
    expect(recovery.live).toBeNull();
    expect(backlog).toMatchObject({ messages: 0, isComplete: false, isUnknown: true });
    expect(deadLetters).toMatchObject({ count: 0, isComplete: false, isUnknown: true });
    expect(recovery.excepted).toMatchObject({ count: 0, isComplete: false });
    expect(health.problems.map(({ code }) => code)).toEqual([
      'backup-unreachable',
      'queue-unreachable',
      'state-unreachable',
    ]);
    expect(health.problems[0]?.detail).toBe(
      'The backup account photosbackup cannot be read now (storage-unavailable).',
    );
  });

  it('names documents of a newer release as that, and what is damaged as damaged', async () => {
    const { parts, documents } = bench();
    await documents.write(CANARY, 'damaged', { nothingThere: true });
    await documents.remove(HISTORY);
    await documents.write(HISTORY, { format: 9 }, { nothingThere: true });
    const { health } = await createStatusReader(parts).read();
    // The newer release may well tell of its workers in a way that this one cannot read either.
    expect(health.status).toBe('ok');
    expect(health.problems.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
      expect.stringMatching(/^app-silent: No worker has reported .* history .* cannot be read/),
      expect.stringMatching(/^document-damaged: The document recovery\/canary /),
      expect.stringMatching(/^document-too-new: The document recovery\/history .* newer release/),
    ]);
  });

  it('tells of settings that are none', async () => {
    const { parts } = bench();
    const unknownSettings = ['BLOBMIRROR_LOGLEVEL is not a setting of this release'];
    const { health } = await createStatusReader({ ...parts, unknownSettings }).read();
    expect(health).toMatchObject({ status: 'ok', problems: [{ code: 'setting-unknown' }] });
  });

  it('says nothing of a canary whose record cannot be read, whether out of reach or damaged', async () => {
    const { parts, state, documents } = bench();
    const readCanary: StatusParts['readCanary'] = async () => await Promise.resolve(ABSENT);
    const read = async () => await createStatusReader({ ...parts, readCanary }).read();
    expect((await read()).recovery.canary).toEqual({ state: 'waiting' });
    await documents.write(CANARY, 'damaged', { nothingThere: true });
    const unknown = {
      statement: expect.stringContaining(', canary unknown') as string,
      recovery: { canary: { isUnknown: true } },
    };
    expect(await read()).toMatchObject(unknown);
    state.isStateAway = true;
    expect(await read()).toMatchObject(unknown);
  });

  it('does not say that nothing is excepted while the dead letters cannot be looked at', async () => {
    const { open, state } = bench();
    state.areLettersAway = true;
    expect((await open()()).statement).toBe(
      'proven up to 11:30:00, live up to 12:00:00, except 1 key, dead letters unknown',
    );
  });

  it('says that more may be excepted when not all dead letters were counted', async () => {
    const { open, state } = bench();
    state.letters = Array.from({ length: 20_001 }, (_, i) => letter(i));
    const { statement, recovery, deadLetters } = await open()();
    expect(statement).toBe('proven up to 11:30:00, live up to 12:00:00, except at least 20,000 keys');
    expect([recovery.excepted.isComplete, deadLetters.isUnknown]).toEqual([false, undefined]);
  });

  it('does not let a key pass for mirrored while its message is on its way to the dead letters', async () => {
    const { open, state } = bench();
    const history = { ...parseHistory({}, 'm', NOW), parked: true };
    state.waiting = [{ ...message(3), applicationProperties: toProperties(history) }];
    expect((await open()()).statement).toBe(
      'proven up to 11:30:00, live up to 12:00:00, except at least 1 key',
    );
  });

  it('goes by the last live point that was known, or by what was proven, when the newest sample knows none', async () => {
    const { open, state, documents } = bench();
    state.waiting = Array<BrowsedMessage>(100_000).fill(message(3));
    expect((await open()()).recovery.live?.at).toBe(ago(30).toISOString());
    const seconds = (minutes: number): number => ago(minutes).getTime() / 1000;
    const history: HistoryDocument = {
      since: ago(60).toISOString(),
      health: { status: 'failing', codes: ['queue-unreachable'] },
      samples: [
        [seconds(2), null, 9 * 60_000, null],
        [seconds(1), null, null, null],
      ],
    };
    await documents.remove(HISTORY);
    await documents.write(HISTORY, history, { nothingThere: true });
    expect((await open()()).recovery.live?.at).toBe(ago(11).toISOString());
  });

  it('does not let the live point go on from where it was last seen while the queue is not looked at to its end', async () => {
    const { open, state, documents } = bench();
    const samples: HistoryDocument['samples'] = [[ago(1).getTime() / 1000, null, 9 * 60_000, null]];
    const history: HistoryDocument = {
      since: ago(60).toISOString(),
      health: { status: 'ok', codes: [] },
      samples,
    };
    await documents.remove(HISTORY);
    await documents.write(HISTORY, history, { nothingThere: true });
    state.waiting = [message(3)];
    expect((await open()()).recovery.live?.at).toBe(ago(3).toISOString());
    state.waiting = Array<BrowsedMessage>(100_000).fill(message(3));
    const { recovery, backlog } = await open()();
    expect([backlog.isComplete, recovery.live?.at]).toEqual([false, ago(10).toISOString()]);
  });
});
