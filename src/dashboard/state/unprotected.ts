import type { UnprotectedKey, UnprotectedPage } from '../../api/unprotected.ts';
import { get, post } from './call-api.ts';
import { generation } from './dead-letters.ts';
import { act } from './notice.ts';

/** Which keys: those of every container, prefix or reason that is empty. */
export interface UnprotectedFilter {
  readonly container: string;
  readonly prefix: string;
  readonly reason: string;
}

export const NO_FILTER: UnprotectedFilter = { container: '', prefix: '', reason: '' };

/** The keys that were read so far. */
export interface UnprotectedList extends Omit<UnprotectedPage, 'keys'> {
  readonly keys: readonly UnprotectedKey[];
}

const PAGE_SIZE = 50;

/** @throws ApiError */
export async function readUnprotected(
  filter: UnprotectedFilter,
  before?: UnprotectedList,
): Promise<UnprotectedList> {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
  for (const [name, value] of Object.entries(filter)) if (value !== '') query.set(name, value as string);
  if (before !== undefined && before.next !== null) query.set('from', before.next);
  const page = await get<UnprotectedPage>(`/api/unprotected?${query.toString()}`);
  return { ...page, keys: [...(before?.keys ?? []), ...page.keys] };
}

/** Acknowledges the present ones, which clears their health problem. */
export async function acknowledgeUnprotected(): Promise<boolean> {
  const isDone = await act(async () => {
    await post('/api/unprotected/acknowledge');
    return 'The keys are acknowledged. They stay excepted until they are in the backup.';
  });
  generation.value++;
  return isDone;
}
