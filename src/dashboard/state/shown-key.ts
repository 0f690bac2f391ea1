import { signal } from '@preact/signals';
import type { ShownKey } from '../../api/shown-key.ts';
import { sentence } from '../format/format-values.tsx';
import { get } from './call-api.ts';

/** The key that is searched for, and what is known of it. */
export interface Search {
  /** `CONTAINER/PATH`; empty: none was searched for yet. */
  readonly text: string;
  readonly found?: ShownKey;
  readonly failure?: string;
}

export const search = signal<Search>({ text: '' });

/** Asks for one key. An answer to an earlier question is dropped. */
export async function lookUp(text: string): Promise<void> {
  const own: Search = { text };
  search.value = own;
  const answer = await ask(text);
  if (search.value === own) search.value = answer;
}

async function ask(text: string): Promise<Search> {
  try {
    return { text, found: await get<ShownKey>(`/api/show?${new URLSearchParams({ key: text }).toString()}`) };
  } catch (error) {
    return { text, failure: sentence(error instanceof Error ? error.message : String(error)) };
  }
}
