import { duration } from '../../model/statement.ts';

/** A length of time that may be shorter than a second: `80 ms`, `1.1 s`, `3 min 5 s`. It is never broken into two lines. */
export function span(ms: number): string {
  return (ms < 1000 ? `${Math.round(ms)} ms` : duration(ms)).replaceAll(' ', '\u00a0');
}

/** The same in whole seconds. */
export function rounded(ms: number): string {
  return span(Math.max(1000, ms)).replace(/\.\d(?=.s$)/, '');
}
