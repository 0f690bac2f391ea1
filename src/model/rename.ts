import type { Key } from './key.ts';

/** A file or directory that got another place at the source, as far as an event may be believed. */
export interface Rename {
  readonly from: Key;
  readonly to: Key;
}
