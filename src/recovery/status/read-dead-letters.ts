import { parseMessage } from '../../events/parse-message.js';
import { parseHistory } from '../../model/hint-message.js';
import type { DeadLetterCounts, ExceptedKey } from '../../model/status.js';
import type { BrowsedMessage, QueueBrowser } from '../../ports/queue-browser.js';

/** The dead letters there are, and the keys that they keep out of every statement. */
export interface DeadLetters {
  readonly counts: DeadLetterCounts;
  /** The first ones, each once. */
  readonly keys: readonly ExceptedKey[];
}

interface Limits {
  readonly mostMessages: number;
  readonly budgetMs: number;
}

const LIMITS: Limits = { mostMessages: 20_000, budgetMs: 3000 };
const MOST_KEYS = 100;

/**
 * Counts dead letters by the code they were given up for, as far as the limits allow.
 *
 * @param acknowledgedUntil somebody has seen those that were there then
 * @throws BlobmirrorError when a queue cannot be asked
 */
export async function readDeadLetters(
  queues: readonly QueueBrowser[],
  acknowledgedUntil: Date | undefined,
  { mostMessages, budgetMs }: Limits = LIMITS,
): Promise<DeadLetters> {
  const end = performance.now() + budgetMs;
  const byCode: Record<string, number> = {};
  const keys = new Map<string, ExceptedKey>();
  let [count, acknowledged, isComplete] = [0, 0, true];
  for (const queue of queues) {
    for await (const page of queue.browse()) {
      for (const letter of page) {
        count++;
        const code = codeOf(letter);
        byCode[code] = (byCode[code] ?? 0) + 1;
        if (acknowledgedUntil !== undefined && letter.enqueuedAt <= acknowledgedUntil) acknowledged++;
        if (keys.size < MOST_KEYS)
          for (const key of await keysOf(letter, code)) keys.set(`${key.container}/${key.path}`, key);
      }
      isComplete = count < mostMessages && performance.now() < end;
      if (!isComplete) break;
    }
    if (!isComplete) break;
  }
  return { counts: { count, isComplete, acknowledged, byCode }, keys: [...keys.values()] };
}

function codeOf({ applicationProperties, messageId, enqueuedAt, deadLetterReason }: BrowsedMessage): string {
  const { lastError } = parseHistory(applicationProperties, messageId, enqueuedAt);
  return lastError?.code ?? deadLetterReason ?? 'unknown';
}

async function keysOf({ body, enqueuedAt }: BrowsedMessage, reason: string): Promise<readonly ExceptedKey[]> {
  const { hints } = await parseMessage(body, enqueuedAt);
  return hints.flatMap(({ keys }) => keys.map(({ container, path }) => ({ container, path, reason })));
}
