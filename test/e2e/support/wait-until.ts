import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE } from '../../support/patience.ts';

const POLL_MS = 5;
/** A slow condition is checked less often, so that the checks leave the machine to the work. */
const PAUSE_TO_ASKING = 2;

/**
 * Resolves with the first value of the condition that is neither undefined nor false. `within` is for an idle
 * machine. A condition that throws is not met yet; if it never is, the error says what was waited for and
 * what was seen last.
 */
export async function waitUntil<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { within, every = POLL_MS, saw = () => '' }: { within: number; every?: number; saw?: () => string },
): Promise<T> {
  const deadline = performance.now() + PATIENCE * within;
  let last: unknown;
  while (performance.now() < deadline) {
    const asked = performance.now();
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(Math.max(every, PAUSE_TO_ASKING * (performance.now() - asked)));
  }
  throw new Error(`not within ${PATIENCE * within} ms: ${what}. ${saw()}`, { cause: last });
}
