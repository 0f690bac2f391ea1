import { computed, effect, signal } from '@preact/signals';
import type { Status } from '../../api/status.ts';
import { counted } from '../format/format-values.tsx';
import { ApiError, get, key } from './call-api.ts';

/** What the app said last. */
export const status = signal<Status | undefined>(undefined);

interface Trouble {
  readonly kind: 'unreachable' | 'key-needed';
  /** When the app was last heard, or the page opened. */
  readonly since: Date;
  /** What it said instead of an answer. */
  readonly reason: string;
  readonly retryAt: Date;
}

/** Why there is nothing newer; undefined while all is as it should be. */
export const trouble = signal<Trouble | undefined>(undefined);

const EVERY_MS = 2000;
const MOST_MS = 30_000;

let heard = new Date();
let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let asking = false;

/** Asks every two seconds while somebody may be looking, and less and less often while there is no answer. */
export function startPolling(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer);
    else refresh();
  });
  window.addEventListener('online', refresh);
  // At once, and whenever another key was given.
  effect(() => {
    void key.value;
    refresh();
  });
}

/** Asks now. */
export function refresh(): void {
  clearTimeout(timer);
  void poll();
}

async function poll(): Promise<void> {
  if (asking) return;
  asking = true;
  let wait = EVERY_MS;
  try {
    status.value = await get<Status>('/api/status');
    heard = new Date();
    failures = 0;
    trouble.value = undefined;
  } catch (error) {
    wait = Math.min(EVERY_MS * 2 ** failures++, MOST_MS);
    const refused = error instanceof ApiError && (error.status === 401 || error.code === 'sign-in');
    const reason = error instanceof Error ? error.message : String(error);
    trouble.value = {
      kind: refused ? 'key-needed' : 'unreachable',
      since: heard,
      reason,
      retryAt: new Date(Date.now() + wait),
    };
  } finally {
    asking = false;
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(() => void poll(), wait);
}

interface Overall {
  readonly shape: 'ok' | 'bad' | 'paused' | 'lost';
  /** Few words, and none that change while nothing happens: they are read aloud. */
  readonly text: string;
}

/** How it is, all in all. */
export const overall = computed<Overall>(() => {
  if (trouble.value?.kind === 'key-needed') return { shape: 'lost', text: 'Key needed' };
  if (trouble.value !== undefined) return { shape: 'lost', text: 'Not reachable' };
  if (status.value === undefined) return { shape: 'ok', text: 'Asking' };
  const { health, paused } = status.value;
  const problems = counted(health.problems.length, 'problem');
  if (paused !== undefined)
    return { shape: 'paused', text: health.status === 'ok' ? 'Paused' : `Paused, ${problems}` };
  if (health.status === 'failing') return { shape: 'bad', text: problems };
  if (health.problems.length > 0)
    return { shape: 'ok', text: `Well, with ${counted(health.problems.length, 'warning')}` };
  return { shape: 'ok', text: 'All is well' };
});
