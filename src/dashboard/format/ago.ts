import { duration } from '../../model/statement.js';

/** Below this a length of time is no news. */
const NOW_MS = 1000;

/** How long before `now` that was: `just now`, `12 s ago`. */
export function ago(at: string, now: string): string {
  const ms = Date.parse(now) - Date.parse(at);
  return ms < NOW_MS ? 'just now' : `${rounded(ms)} ago`;
}

/** `duration` in whole seconds. */
export function rounded(ms: number): string {
  return duration(ms).replace(/\.\d s$/, ' s');
}
