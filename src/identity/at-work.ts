import type { Registration } from '../model/registration.js';

/** A worker says every few minutes that it is at work; one that has said nothing for so long is gone. */
const GONE_AFTER_MS = 15 * 60_000;

/** Whether a mirror has workers, as far as its registration tells. */
export function isAtWork({ seenAt }: Pick<Registration, 'seenAt'>, now: Date): boolean {
  return now.getTime() - Date.parse(seenAt) < GONE_AFTER_MS;
}
