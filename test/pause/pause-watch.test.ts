import { beforeEach, describe, expect, it } from 'vitest';
import { PauseWatch } from '../../src/pause/pause-watch.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { NEVER_PAUSED_STATE, type PauseState } from '../../src/api/pause.ts';
import type { RequeueDelay } from '../../src/ports/account-decorators.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const PAUSED: PauseState = { paused: { since: '2026-11-25T12:00:00.000Z' }, ended: [] };

let clock: VirtualClock;
let state: PauseState | 'lost' | 'silent';
let reads: number;
let log: ReturnType<typeof createSilentLogger>;
let watch: PauseWatch;

beforeEach(() => {
  clock = new VirtualClock();
  state = NEVER_PAUSED_STATE;
  reads = 0;
  log = createSilentLogger();
  watch = new PauseWatch({
    read: async () => {
      reads++;
      await clock.sleep(10);
      if (state === 'silent') return await new Promise<never>(() => undefined);
      if (state === 'lost') throw new BlobmirrorError('storage-unavailable', 'no answer');
      return state;
    },
    log,
    clock,
    now: () => new Date(Date.parse('2026-11-25T12:00:00.000Z') + clock.now()),
  });
});

/** A message with work that takes so long. */
function message(workMs = 50) {
  const seen: { begun?: number; ended?: number; putOff?: RequeueDelay | undefined } = {};
  const pass = async (): Promise<void> => {
    const putOff = await watch.pass(async () => {
      seen.begun = clock.now();
      await clock.sleep(workMs);
    });
    Object.assign(seen, { putOff, ended: clock.now() });
  };
  void pass();
  return seen;
}

async function until(moment: number): Promise<void> {
  let isOver = false;
  clock.after(moment - clock.now(), () => (isOver = true));
  await clock.runUntil(() => isOver);
}

describe('while nobody pauses', () => {
  it('messages are worked on, and one look serves all of two seconds', async () => {
    const tick = (): void => {
      message();
      if (clock.now() < 9_900) clock.after(100, tick);
    };
    tick();
    await until(10_000);
    expect(reads).toBeLessThanOrEqual(6);
    expect(log.lines).toEqual([]);
  });

  it('an app without messages asks nothing', async () => {
    const seen = message();
    await until(600_000);
    expect(seen.ended).toBe(60);
    expect(reads).toBe(1);
  });

  it('what the work rejects with comes through', async () => {
    const failed = watch.pass(async () => await Promise.reject(new Error('no')));
    await Promise.all([expect(failed).rejects.toThrow('no'), until(100)]);
  });
});

describe('while mirroring is paused', () => {
  it('a message is held and not worked on, and goes on its way within two seconds of the end', async () => {
    state = PAUSED;
    const seen = message();
    await until(60_000);
    expect(seen).toEqual({});
    expect(reads).toBeLessThanOrEqual(31);
    state = NEVER_PAUSED_STATE;
    await until(62_100);
    expect(seen.begun).toBeUndefined();
    expect(seen.putOff).toEqual({ delayMs: 0 });
  });

  it('a message is held for no longer than an invocation may take, and then comes again a minute later', async () => {
    state = PAUSED;
    const seen = message();
    await until(300_000);
    expect(seen).toMatchObject({ ended: 210_010, putOff: { delayMs: 60_000 } });
  });

  it('any number of messages cost one look in two seconds', async () => {
    state = PAUSED;
    for (let i = 0; i < 32; i++) message();
    await until(60_000);
    expect(reads).toBeLessThanOrEqual(31);
  });

  it('is seen within two seconds by work that began before', async () => {
    const seen = message(60_000);
    let told: number | undefined;
    watch.whenPaused(() => (told = clock.now()));
    await until(5_000);
    expect([watch.isPaused(), told]).toEqual([false, undefined]);
    state = PAUSED;
    await until(7_100);
    expect(watch.isPaused()).toBe(true);
    expect(told).toBeGreaterThan(5_000);
    expect(seen.ended).toBeUndefined();
    expect(log.lines.map((line) => line.message)).toEqual(['mirroring is paused']);
  });

  it('whoever asks too late to be told is told at once, and whoever calls off is not', async () => {
    let told = 0;
    watch.whenPaused(() => told++)();
    state = PAUSED;
    message();
    await until(100);
    expect(told).toBe(0);
    watch.whenPaused(() => told++);
    expect(told).toBe(1);
  });

  it('everything that is held is let go of at once when the process is to end, and nothing is held after that', async () => {
    state = PAUSED;
    const held = [message(), message()];
    await until(1_000);
    watch.close();
    await until(1_001);
    expect(held.map(({ putOff }) => putOff)).toEqual([{ delayMs: 0 }, { delayMs: 0 }]);
    const late = message();
    await until(1_100);
    expect(late.putOff).toEqual({ delayMs: 0 });
  });
});

describe('when the state cannot be read', () => {
  it('mirroring goes on if it was never known to be paused, and one line says so', async () => {
    state = 'lost';
    const seen = [message(), message(4_000)];
    await until(5_000);
    expect(seen.map(({ putOff, ended }) => [putOff, ended !== undefined])).toEqual([
      [undefined, true],
      [undefined, true],
    ]);
    expect(log.lines).toHaveLength(1);
  });

  it('no more is asked than otherwise, and each outage has a line of its own', async () => {
    const tick = (): void => {
      message();
      if (clock.now() < 9_900) clock.after(100, tick);
    };
    state = 'lost';
    tick();
    await until(5_000);
    state = NEVER_PAUSED_STATE;
    await until(8_000);
    state = 'lost';
    await until(10_000);
    expect(reads).toBeLessThanOrEqual(6);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
  });

  it.each(['lost', 'silent'] as const)('and is %s, a pause that was seen holds', async (how) => {
    state = PAUSED;
    message();
    await until(1_000);
    state = how;
    const seen = message();
    await until(200_000);
    expect(seen).toEqual({});
  });

  it('and does not answer, no message waits for it for longer than five seconds', async () => {
    state = 'silent';
    const first = message();
    await until(6_000);
    const second = message();
    await until(7_000);
    expect([first.begun, second.begun]).toEqual([5_000, 6_000]);
  });
});

it('the time of a pause is told up to now', async () => {
  state = PAUSED;
  const told = watch.pausedSince(new Date('2026-11-25T11:00:00.000Z'));
  await until(1_000);
  expect(await told).toBe(10);
});
