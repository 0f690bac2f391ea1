import { describe, expect, it } from 'vitest';
import { BlobmirrorError, type ErrorCode } from '../../src/model/errors.ts';
import { AdaptiveGate } from '../../src/concurrency/adaptive-gate.ts';
import { TIME_BUDGETS } from '../../src/concurrency/time-budget.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const ACCOUNT = 'backupaccount';
const LATENCY_MS = 10;

const failure = (code: ErrorCode, retryAfterMs?: number, account = ACCOUNT): BlobmirrorError =>
  new BlobmirrorError(code, 'it failed', {
    context: { account },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });

/** An account that takes `capacity` requests at once and refuses the rest. */
function createService(clock: VirtualClock, capacity: number, gate: AdaptiveGate) {
  const service = {
    capacity,
    answer: undefined as BlobmirrorError | undefined,
    underWay: 0,
    served: 0,
    refused: 0,
    request: async (): Promise<void> => {
      service.underWay++;
      const failed =
        service.answer ?? (service.underWay > service.capacity ? failure('storage-throttled') : undefined);
      await clock.sleep(failed === undefined ? LATENCY_MS : 1);
      service.underWay--;
      if (failed === undefined) service.served++;
      else service.refused++;
      if (failed !== undefined) throw failed;
    },
    /** Clients that send requests without a pause, for this long. */
    load: async (
      clients: number,
      ms: number,
    ): Promise<{ served: number; refused: number; perSecond: number }> => {
      const [served, refused, until] = [service.served, service.refused, clock.now() + ms];
      const client = async (): Promise<void> => {
        while (clock.now() < until) await gate.run(service.request).catch(() => {});
      };
      let running = true;
      const all = Promise.all(Array.from({ length: clients }, client)).then(() => (running = false));
      await clock.runUntil(() => !running);
      await all;
      const delta = { served: service.served - served, refused: service.refused - refused };
      return { ...delta, perSecond: (delta.served / ms) * 1000 };
    },
  };
  return service;
}

function create(capacity: number, limit = 64) {
  const clock = new VirtualClock();
  const gate = new AdaptiveGate({ account: ACCOUNT, limit, clock });
  return { clock, gate, service: createService(clock, capacity, gate) };
}

describe('a gate before an account', () => {
  it('delays nothing while the account is healthy', async () => {
    const { service, gate } = create(1000);
    const { refused, perSecond } = await service.load(64, 10_000);
    expect(refused).toBe(0);
    expect(perSecond).toBeGreaterThan(6300);
    expect(gate.limit).toBe(64);
  });

  it.each([4, 12, 40])('finds a limit near %i in flight when the account takes no more', async (capacity) => {
    const { service } = create(capacity);
    await service.load(64, 2000);
    const { served, refused, perSecond } = await service.load(64, 60_000);
    const best = (capacity * 1000) / LATENCY_MS;
    expect(perSecond / best).toBeGreaterThan(0.65);
    expect(refused / (served + refused)).toBeLessThan(0.08);
  });

  it('raises the limit as soon as the account takes more', async () => {
    const { service, gate } = create(4);
    await service.load(64, 10_000);
    expect(gate.limit).toBeLessThanOrEqual(5);
    service.capacity = 1000;
    await service.load(64, 2000);
    expect(gate.limit).toBe(64);
    expect((await service.load(64, 1000)).refused).toBe(0);
  });

  it('halves once for all requests that were in flight together', async () => {
    const { clock, gate, service } = create(0);
    let left = 64;
    for (let i = 0; i < 64; i++) void gate.run(service.request).catch(() => left--);
    await clock.runUntil(() => left === 0);
    expect(gate.limit).toBe(32);
  });

  it('lets a single request through from time to time when the account is down, and notices its recovery within 10 s', async () => {
    const { clock, gate, service } = create(1000);
    service.answer = failure('storage-unavailable');
    await service.load(64, 60_000);
    expect(gate.limit).toBe(1);
    const { refused } = await service.load(64, 600_000);
    expect(refused).toBeLessThanOrEqual(66);
    service.answer = undefined;
    const ended = clock.now();
    let noticed = false;
    void gate.run(service.request).then(() => (noticed = true));
    await clock.runUntil(() => noticed);
    expect(clock.now() - ended).toBeLessThanOrEqual(10_000 + LATENCY_MS);
  });

  it('closes for all requests for as long as the account asks', async () => {
    const { clock, gate, service } = create(1000);
    service.answer = failure('storage-throttled', 7000);
    await service.load(1, 1);
    service.answer = undefined;
    const asked = clock.now();
    let done = 0;
    for (let i = 0; i < 10; i++) void gate.run(service.request).then(() => done++);
    await clock.runUntil(() => done > 0);
    expect(clock.now() - asked).toBeGreaterThanOrEqual(6990);
    await clock.runUntil(() => done === 10);
  });

  it('closes when an account refuses everything, and not when it refuses some', async () => {
    const { clock, service, gate } = create(1000);
    let asked = 0;
    const some = async (): Promise<void> => {
      if (asked++ % 2 === 0) throw failure('storage-forbidden');
      await service.request();
    };
    let left = 200;
    for (let i = 0; i < 200; i++)
      void gate.run(some).then(
        () => left--,
        () => left--,
      );
    await clock.runUntil(() => left === 0);
    expect(gate.limit).toBe(64);
    service.answer = failure('storage-forbidden');
    await service.load(8, 60_000);
    expect((await service.load(64, 100_000)).refused).toBeLessThanOrEqual(14);
  });

  it('stays closed for the longest of several pauses', async () => {
    const { clock, gate, service } = create(1000);
    const asked = clock.now();
    const pauses = [7000, 50].map(
      async (ms) => await gate.run(async () => await Promise.reject(failure('storage-not-ready', ms))),
    );
    await Promise.allSettled(pauses);
    let isDone = false;
    void gate.run(service.request).then(() => (isDone = true));
    await clock.runUntil(() => isDone);
    expect(clock.now() - asked).toBe(7000 + LATENCY_MS);
  });

  it('does not call the outcome of a request unknown that only waited', async () => {
    const { clock, gate, service } = create(1000);
    service.answer = failure('write-outcome-unknown', 600_000);
    await service.load(1, 1);
    let rejected: unknown;
    gate.run(service.request).catch((error: unknown) => (rejected = error));
    await clock.runUntil(() => rejected !== undefined);
    expect(rejected).toMatchObject({ code: 'storage-unavailable' });
  });

  it('lets no request wait longer than a message may', async () => {
    const { clock, gate, service } = create(1000);
    service.answer = failure('storage-throttled', 600_000);
    await service.load(1, 1);
    const asked = clock.now();
    let rejected: unknown;
    gate.run(service.request).catch((error: unknown) => (rejected = error));
    await clock.runUntil(() => rejected !== undefined);
    expect(clock.now() - asked).toBe(TIME_BUDGETS.gate);
    expect(rejected).toMatchObject({ code: 'storage-throttled', context: { account: ACCOUNT } });
    expect((rejected as BlobmirrorError).retryAfterMs).toBeGreaterThan(550_000);
  });

  it('ignores an error of the other account, or of our own', async () => {
    const { gate, service } = create(1000);
    service.answer = failure('storage-throttled', 60_000, 'sourceaccount');
    await service.load(8, 1000);
    expect(gate.limit).toBe(64);
    await expect(gate.run(async () => await Promise.reject(new TypeError('x')))).rejects.toThrow('x');
    expect(gate.limit).toBe(64);
  });

  it('opens again by the clock of the machine, whose timers sometimes fire early', async () => {
    const gate = new AdaptiveGate({ account: ACCOUNT });
    for (let i = 0; i < 100; i++) {
      const ask = gate.run(async () => await Promise.reject(failure('storage-not-ready', 2)));
      await expect(ask).rejects.toThrow('it failed');
    }
    expect(gate.limit).toBe(64);
  });
});
