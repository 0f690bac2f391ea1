import { describe, expect, it } from 'vitest';
import { createPauseStore } from '../../src/pause/pause-store.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { pausedMs } from '../../src/api/pause.ts';

const HOUR = 3_600_000;

function openPauses() {
  const clock = { now: new Date('2026-11-25T12:00:00.000Z') };
  const documents = new MemoryDocuments().through(immediately);
  const pauses = createPauseStore(documents, () => clock.now);
  const wait = (ms: number): void => void (clock.now = new Date(clock.now.getTime() + ms));
  return { ...pauses, clock, wait };
}

describe('pausing and resuming', () => {
  it('tells who paused, when and why, and nothing once it was resumed', async () => {
    const { pause, read, resume } = openPauses();
    expect(await read()).toEqual({ paused: null, ended: [] });
    const wish = { by: 'me', reason: 'the account moves' };
    const paused = { since: '2026-11-25T12:00:00.000Z', ...wish };
    expect(await pause(wish)).toEqual(paused);
    expect((await read()).paused).toEqual(paused);
    expect(await resume()).toEqual(paused);
    expect((await read()).paused).toBeNull();
  });

  it('twice is as good as once: the first pause holds, and the second end ends nothing', async () => {
    const { pause, read, resume, wait } = openPauses();
    const first = await pause({ reason: 'one' });
    wait(1000);
    expect(await pause({ reason: 'two' })).toEqual(first);
    await resume();
    const after = await read();
    expect(await resume()).toBeUndefined();
    expect(await read()).toEqual(after);
  });

  it('at once by many comes to one pause', async () => {
    const { pause, read } = openPauses();
    const all = await Promise.all(['a', 'b', 'c'].map(async (by) => await pause({ by })));
    expect(new Set(all.map(({ by }) => by)).size).toBe(1);
    expect((await read()).paused).toEqual(all[0]);
  });

  it('remembers the pauses of a fortnight, and not those before', async () => {
    const { pause, read, resume, wait } = openPauses();
    for (let day = 0; day < 30; day++) {
      await pause({});
      wait(HOUR);
      await resume();
      wait(23 * HOUR);
    }
    const { ended } = await read();
    expect(ended).toHaveLength(15);
    expect(ended[0]?.since).toBe('2026-12-24T12:00:00.000Z');
  });
});

describe('the time that mirroring stood still', () => {
  const at = (text: string): Date => new Date(`2026-11-25T${text}:00.000Z`);
  const state = {
    paused: { since: at('20:00').toISOString() },
    ended: [
      { since: at('14:00').toISOString(), until: at('15:00').toISOString() },
      { since: at('10:00').toISOString(), until: at('12:00').toISOString() },
    ],
  };

  it.each([
    ['all of it', '09:00', '21:00', 4],
    ['a part of an earlier pause', '11:00', '16:00', 2],
    ['none between pauses', '12:30', '13:30', 0],
    ['none for a moment to come', '22:00', '21:00', 0],
    ['not what was still to come', '13:00', '14:30', 0.5],
  ])('is %s', (_, since, now, hours) => {
    expect(pausedMs(state, at(since), at(now))).toBe(hours * HOUR);
  });
});
