import { describe, expect, it } from 'vitest';
import type { BrowsedMessage, QueueBrowser } from '../../src/ports/dead-letter-queue.ts';

/** An empty queue, and what a test can do with it. */
export interface QueueUnderTest {
  readonly browser: QueueBrowser;
  readonly deadLetters: QueueBrowser;
  /** Messages whose bodies are `{ n: 0 }`, `{ n: 1 }` and so on. */
  readonly send: (count: number) => Promise<void>;
  readonly schedule: (at: Date) => Promise<void>;
  /** Another receiver holds the first message. */
  readonly lockOne: () => Promise<void>;
  /** The first message expires into the dead-letter queue. */
  readonly expireOne: () => Promise<void>;
}

/** What every queue browser promises. */
export function describeQueueBrowser(kind: string, open: () => Promise<QueueUnderTest>): void {
  describe(`a queue browser ${kind}`, () => {
    it('sees nothing in an empty queue', async () => {
      const { browser, deadLetters } = await open();
      expect(await pagesOf(browser)).toEqual([]);
      expect(await pagesOf(deadLetters)).toEqual([]);
    });

    it('shows messages of every state, also locked ones, in the order of their numbers', async () => {
      const { browser, send, lockOne, schedule } = await open();
      const soon = new Date(Date.now() + 60_000);
      const before = Date.now();
      await send(2);
      await lockOne();
      await schedule(soon);
      const seen = (await pagesOf(browser)).flat();
      expect(seen.map(({ body, state, deliveryCount }) => [body, state, deliveryCount])).toEqual([
        [{ n: 0 }, 'active', 0],
        [{ n: 1 }, 'active', 0],
        [{ later: true }, 'scheduled', 0],
      ]);
      const numbers = seen.map(({ sequenceNumber }) => BigInt(sequenceNumber));
      expect(numbers).toEqual(numbers.toSorted((one, other) => (one < other ? -1 : 1)));
      expect(Math.abs((seen[2]?.scheduledFor?.getTime() ?? 0) - soon.getTime())).toBeLessThan(1000);
      expect(seen[0]?.scheduledFor).toBeUndefined();
      expect(Math.abs((seen[0]?.enqueuedAt.getTime() ?? 0) - before)).toBeLessThan(3_600_000);
      expect(new Set(seen.map(({ messageId }) => messageId)).size).toBe(3);
      expect((await pagesOf(browser)).flat()).toEqual(seen);
    });

    it('shows dead letters with their reason, and not in the queue any more', async () => {
      const { browser, deadLetters, send, expireOne } = await open();
      await send(2);
      await expireOne();
      expect((await pagesOf(deadLetters)).flat()).toMatchObject([
        {
          body: { n: 0 },
          state: 'active',
          deadLetterReason: 'TTLExpiredException',
          deadLetterDescription: 'The message expired and was dead lettered.',
        },
      ]);
      expect((await pagesOf(browser)).flat()).toMatchObject([{ body: { n: 1 } }]);
    });

    it('returns thousands in pages, and starts at any number, inclusive', async () => {
      const { browser, send } = await open();
      await send(2_500);
      const pages = await pagesOf(browser);
      expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(100);
      const seen = pages.flat();
      expect(seen.map(({ body }) => body)).toEqual(Array.from({ length: 2_500 }, (_, n) => ({ n })));
      const rest = await Array.fromAsync(browser.browse({ from: seen[2_400]?.sequenceNumber ?? '' }));
      expect(rest.flat()).toEqual(seen.slice(2_400));
    });

    it('lets two browse at once, independently', async () => {
      const { browser, send } = await open();
      await send(300);
      const [one, other] = await Promise.all([pagesOf(browser), pagesOf(browser)]);
      expect(one.flat()).toHaveLength(300);
      expect(other.flat()).toEqual(one.flat());
    });
  });
}

async function pagesOf(browser: QueueBrowser): Promise<(readonly BrowsedMessage[])[]> {
  return await Array.fromAsync(browser.browse());
}
