import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from '../../../packages/local/test/support/patience.ts';

const POLL_MS = 5;
/** A slow condition is checked less often, so that the checks leave the machine to the work. */
const PAUSE_TO_ASKING = 4;
/** What takes long is checked less often: it is seen a twentieth later at most. */
const PAUSE_TO_WAITED = 1 / 20;

interface Wait {
  /** The shortest pause between two checks, in milliseconds. */
  readonly every?: number;
  /** The condition does not stay, so the checks do not become rarer. */
  readonly isPassing?: boolean;
  readonly saw?: () => string;
  /** For what may never come. */
  readonly within?: number;
}

/**
 * Resolves with the first value of the condition that is neither undefined nor false, however long that takes on a
 * busy machine. A condition that throws is not met yet; if it never is, the error says what was waited for and what
 * was seen last.
 */
export async function waitUntil<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { every = POLL_MS, isPassing = false, saw = () => '', within = PATIENCE_MS }: Wait = {},
): Promise<T> {
  const began = performance.now();
  let last: unknown;
  for (let asked = began; asked < began + within; asked = performance.now()) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    const now = performance.now();
    const longer = Math.max(PAUSE_TO_ASKING * (now - asked), PAUSE_TO_WAITED * (now - began));
    await sleep(isPassing ? every : Math.max(every, longer));
  }
  throw new Error(`not within ${within} ms: ${what}. ${saw()}`, { cause: last });
}
