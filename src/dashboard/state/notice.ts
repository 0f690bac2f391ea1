import { signal } from '@preact/signals';
import { sentence } from '../format/format-values.tsx';
import { ApiError } from './call-api.ts';
import { refresh } from './poll.ts';

export interface Notice {
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly hint?: string;
}

/** What became of the last action; said aloud, and gone after a while when it went well. */
export const notice = signal<Notice | undefined>(undefined);

const STAYS_MS = 8000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Acts, tells what came of it, and asks how things are now. Resolves to whether it was done. */
export async function act(does: () => Promise<string>): Promise<boolean> {
  try {
    tell({ kind: 'done', text: await does() });
    return true;
  } catch (error) {
    const hint = error instanceof ApiError ? error.hint : '';
    tell({ kind: 'failed', text: sentence(error instanceof Error ? error.message : String(error)), hint });
    return false;
  } finally {
    refresh();
  }
}

export function dismissNotice(): void {
  clearTimeout(timer);
  notice.value = undefined;
}

function tell(what: Notice): void {
  clearTimeout(timer);
  notice.value = what;
  if (what.kind === 'done') timer = setTimeout(dismissNotice, STAYS_MS);
}
