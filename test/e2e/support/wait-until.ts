import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 5;

/**
 * Resolves with the first value of the condition that is neither undefined nor false. A condition that throws is not
 * met yet; when it never is, the error says what was waited for and what was seen last.
 */
export async function waitUntil<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { within, every = POLL_MS, saw = () => '' }: { within: number; every?: number; saw?: () => string },
): Promise<T> {
  const deadline = performance.now() + within;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(every);
  }
  throw new Error(`not within ${within} ms: ${what}. ${saw()}`, { cause: last });
}
