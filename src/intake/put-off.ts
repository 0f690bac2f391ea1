import type { HintQueue } from '../ports/hint-queue.ts';
import { chainMessage, type Handled, type Part } from './chain-message.ts';

/** Sends again, untried, what came while mirroring is paused: it counts as no try and no look, and no delivery either. */
export async function putOff(
  queue: HintQueue,
  history: Handled,
  event: unknown,
  part: Part,
  delayMs: number,
): Promise<void> {
  const holds = (history.holds ?? 0) + history.deliveryCount;
  await queue.sendLater(chainMessage(event, part, 'hold', history, { holds }), delayMs);
}
