import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE } from '../../support/patience.ts';

const POLL_MS = 5;
/** A condition that takes long is asked less often, so that asking leaves the machine to what is waited for. */
const PAUSE_TO_ASKING = 2;

/**
 * `within` is for a machine that does nothing else. Resolves with the first value of the condition that is neither undefined nor false. A condition that throws is not
 * met yet; when it never is, the error says what was waited for and what was seen last.
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
