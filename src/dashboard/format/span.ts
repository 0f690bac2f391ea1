import { duration } from '../../model/statement.js';

/** A length of time that may be shorter than a second: `80 ms`, `1.1 s`, `3 min 5 s`. */
export function span(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : duration(ms);
}
