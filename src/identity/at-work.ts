import type { Registration } from '../model/registration.ts';

/** A worker says every few minutes that it is at work; one that has said nothing for so long is gone. */
const GONE_AFTER_MS = 15 * 60_000;

/** No clock is so far ahead: a time of tomorrow was written by no worker, and refuses no start. */
const FAR_AHEAD_MS = 24 * 3_600_000;

/** Whether a mirror has workers, as far as its registration tells. */
export function isAtWork({ seenAt }: Pick<Registration, 'seenAt'>, now: Date): boolean {
  const silentMs = now.getTime() - Date.parse(seenAt);
  return silentMs > -FAR_AHEAD_MS && silentMs < GONE_AFTER_MS;
}
