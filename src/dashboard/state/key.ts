import { signal } from '@preact/signals';

/** Of the tab alone: it is forgotten when that is closed. */
const STORED = 'blobmirror-key';

/** The function key; undefined where none is needed, or none was given yet. */
export const key = signal<string | undefined>(sessionStorage.getItem(STORED) ?? undefined);

export function setKey(value: string): void {
  sessionStorage.setItem(STORED, value);
  key.value = value;
}

/**
 * A key may come as `/#code=KEY`, which is sent nowhere, or as `/?code=KEY`, as Azure hands it out. It leaves the address
 * at once, before anybody bookmarks, shares or looks over a shoulder at it.
 */
export function takeKeyFromAddress(): void {
  const { hash, search, pathname } = location;
  const given = new URLSearchParams(hash.slice(1)).get('code') ?? new URLSearchParams(search).get('code');
  if (given === null) return;
  if (given !== '') setKey(given);
  history.replaceState(null, '', pathname);
}
