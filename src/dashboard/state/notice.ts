import { signal } from '@preact/signals';
import { sentence } from '../format/format-values.tsx';
import { ApiError } from './call-api.ts';
import { refresh } from './poll.ts';

export interface Notice {
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly hint?: string;
}

/** The result of the last action. Screen readers announce it; a success disappears after eight seconds. */
export const notice = signal<Notice | undefined>(undefined);

const SHOWN_MS = 8000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Acts, shows the result, and refreshes the status. Resolves to whether the action succeeded. */
export async function act(action: () => Promise<string>): Promise<boolean> {
  try {
    show({ kind: 'done', text: await action() });
    return true;
  } catch (error) {
    const hint = error instanceof ApiError ? error.hint : '';
    show({ kind: 'failed', text: sentence(error instanceof Error ? error.message : String(error)), hint });
    return false;
  } finally {
    refresh();
  }
}

export function dismissNotice(): void {
  clearTimeout(timer);
  notice.value = undefined;
}

function show(result: Notice): void {
  clearTimeout(timer);
  notice.value = result;
  if (result.kind === 'done') timer = setTimeout(dismissNotice, SHOWN_MS);
}
