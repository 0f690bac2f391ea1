import { beforeEach, describe, expect, it } from 'vitest';
import { type KeptActivity, keepActivity } from '../../../src/status/activity/keep-activity.ts';
import { readActivity } from '../../../src/status/activity/read-activity.ts';
import type { ClockAssessment } from '../../../src/clock/service-clock.ts';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { immediately } from '../../memory/schedule.ts';
import { BlobmirrorError } from '../../../src/model/errors.ts';
import type { DocumentStore } from '../../../src/ports/document-store.ts';
import { recordChange, recordRetry } from '../../../src/telemetry/metrics.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const mirrored = (): void =>
  recordChange({ verdict: 'copied', door: 'event', container: 'photos', lagMs: 10 });

describe('the activity that a worker keeps', () => {
  let memory: MemoryDocuments;
  let documents: DocumentStore;
  let clock: VirtualClock;
  /** When it was written, in seconds. */
  let writes: number[];
  let isDown: boolean;
  let log: ReturnType<typeof createSilentLogger>;
  let kept: KeptActivity;

  beforeEach(() => {
    memory = new MemoryDocuments();
    clock = new VirtualClock();
    writes = [];
    isDown = false;
    log = createSilentLogger();
    const inMemory = memory.through(immediately);
    documents = {
      ...inMemory,
      write: async (...args) => {
        writes.push(clock.now() / 1000);
        if (isDown) throw new BlobmirrorError('storage-unavailable', 'a write on backupaccount failed');
        return await inMemory.write(...args);
      },
    };
    kept = keepActivity('w1', documents, log, clock);
    return async () => {
      await kept.stop();
    };
  });

  async function at(seconds: number): Promise<void> {
    clock.after(seconds * 1000 - clock.now(), () => {});
    await clock.runUntil(() => clock.now() >= seconds * 1000);
    // What the last moment set off.
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  const changes = async (): Promise<number> => (await readActivity(documents, new Date())).changes;

  it('is written soon after the first change, every ten seconds while there are more, and never without one', async () => {
    for (let second = 0; second < 30; second++) {
      await at(second);
      mirrored();
    }
    await at(100);
    expect(writes).toEqual([2, 12, 22, 32]);
    expect(await changes()).toBe(30);
    mirrored();
    await at(200);
    expect(writes).toEqual([2, 12, 22, 32, 102]);
  });

  it('is written at a stop, if anything is left to be', async () => {
    mirrored();
    recordRetry('storage-throttled', 'event');
    await kept.stop();
    expect(await changes()).toBe(1);
    await kept.stop();
    expect(writes).toHaveLength(1);
    mirrored();
    expect(await changes()).toBe(1);
  });

  it('that cannot be written costs one line of the log, and is written when it can be', async () => {
    isDown = true;
    mirrored();
    await at(60);
    expect(writes.length).toBeGreaterThan(3);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    isDown = false;
    await at(80);
    expect(await changes()).toBe(1);
  });

  it('does not hold up a stop when it cannot be written', async () => {
    documents.read = async () => await new Promise(() => {});
    mirrored();
    let stopped = false;
    void kept.stop().then(() => (stopped = true));
    await at(1);
    expect(stopped).toBe(true);
  });

  it('is there again after a reader took the worker for dead', async () => {
    mirrored();
    await at(10);
    await readActivity(documents, new Date(Date.now() + 2 * 3_600_000));
    expect([...memory.stored.keys()]).toEqual([]);
    mirrored();
    await at(30);
    expect(await changes()).toBe(2);
  });

  it('is read beside what no reader understands', async () => {
    await documents.write('activity/newer', { format: 2 }, { nothingThere: true });
    await documents.write('activity/broken', 'text', { nothingThere: true });
    mirrored();
    await at(10);
    expect(await changes()).toBe(1);
  });

  describe('with what it tells of itself', () => {
    const settings = { BLOBMIRROR_TIER: 'digest' };
    let assessment: ClockAssessment;
    let turned: () => void;

    beforeEach(async () => {
      await kept.stop();
      assessment = { state: 'right', latest: new Date() };
      kept = keepActivity('w1', documents, log, clock, {
        settings,
        clock: {
          begin: () => ({ own: 0, steady: 0, proven: 0 }),
          assess: () => assessment,
          listen: (listener) => {
            turned = () => listener(assessment);
            return () => (turned = () => {});
          },
        },
      });
    });

    const workers = async () => (await readActivity(documents, new Date())).workers;

    it('is written at once at the start and every four minutes, also where nothing changes', async () => {
      await at(1000);
      expect(writes).toEqual([0, 242, 482, 722, 962]);
      expect(await workers()).toMatchObject([{ id: 'w1', settings }]);
      // It says that it is gone, and is none of the workers from then on.
      await kept.stop();
      await at(2000);
      expect(writes).toHaveLength(6);
      expect(await workers()).toEqual([]);
    });

    it('tells at once when its clock turns wrong, and when it is right again', async () => {
      await at(100);
      assessment = { state: 'off', aheadMs: 7_200_000, of: 'photos' };
      turned();
      await at(103);
      expect(await workers()).toMatchObject([{ clockOff: { aheadMs: 7_200_000, of: 'photos' } }]);
      assessment = { state: 'right', latest: new Date() };
      turned();
      await at(115);
      expect(await workers()).toMatchObject([{ id: 'w1' }]);
      expect((await workers())[0]).not.toHaveProperty('clockOff');
    });
  });
});
