import { describe, expect, it } from 'vitest';
import { shouldRetry } from '../../src/intake/settle-failure.ts';
import { backoffMs } from '../../src/concurrency/backoff.ts';
import { BlobmirrorError, type ErrorCode } from '../../src/model/errors.ts';
import type { History } from '../../src/model/hint-message.ts';

const atMost = () => 1;
const atLeast = () => 0;
const history = (attempts: number, hours: number, defects = 0) =>
  ({ attempts, defects, firstSeen: new Date(Date.now() - hours * 3_600_000) }) as History;

describe('the delay before the next try', () => {
  it.each([
    ['storage-unavailable', 60_000],
    ['storage-throttled', 60_000],
    ['write-outcome-unknown', 60_000],
    ['storage-forbidden', 300_000],
    ['race-lost', 300_000],
  ] as const)('doubles its bound from 2 s on and stops, for %s, at %i ms', (code, longest) => {
    const bounds = Array.from({ length: 400 }, (_, attempts) =>
      backoffMs({ code, retryAfterMs: undefined }, attempts, atMost),
    );
    expect(bounds.slice(0, 5)).toEqual([2000, 4000, 8000, 16_000, 32_000]);
    expect(Math.max(...bounds)).toBe(longest);
    expect(bounds.at(-1)).toBe(longest);
  });

  it('is anything from nothing to its bound, so that those that failed together do not come back together', () => {
    expect(backoffMs({ code: 'race-lost', retryAfterMs: undefined }, 5, atLeast)).toBe(0);
    const delays = Array.from({ length: 1000 }, () =>
      backoffMs({ code: 'race-lost', retryAfterMs: undefined }, 5),
    );
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    expect(mean).toBeGreaterThan(28_000);
    expect(mean).toBeLessThan(36_000);
  });

  it('is never less than the service asked for', () => {
    expect(backoffMs({ code: 'storage-throttled', retryAfterMs: 90_000 }, 0, atLeast)).toBe(90_000);
    expect(backoffMs({ code: 'storage-throttled', retryAfterMs: 90_000 }, 0, atMost)).toBe(92_000);
  });
});

describe('another try', () => {
  const worth = (code: ErrorCode, attempts: number, hours: number): boolean =>
    shouldRetry(new BlobmirrorError(code, 'x'), history(attempts, hours), new Date());

  it('is worth it for a day when the cause may pass', () => {
    expect(worth('storage-unavailable', 5000, 23)).toBe(true);
    expect(worth('storage-unavailable', 5000, 25)).toBe(false);
  });

  it('is worth it for a message that waited in the queue for longer than that, too', () => {
    expect(worth('storage-unavailable', 0, 100)).toBe(true);
    expect(worth('storage-unavailable', 18, 100)).toBe(true);
    expect(worth('storage-unavailable', 19, 100)).toBe(false);
  });

  it.each<[string, ErrorCode]>([
    ['the cause is a defect', 'unexpected'],
    ['the content is not what it says', 'content-mismatch'],
  ])('is worth it four times when %s, however many tries met an outage before', (_what, code) => {
    const worthAfter = (attempts: number, defects: number): boolean =>
      shouldRetry(new BlobmirrorError(code, 'x'), history(attempts, 0, defects), new Date());
    for (const outages of [0, 20, 500]) {
      expect(worthAfter(outages, 0)).toBe(true);
      expect(worthAfter(outages + 3, 3)).toBe(true);
      expect(worthAfter(outages + 4, 4)).toBe(false);
    }
  });
});
