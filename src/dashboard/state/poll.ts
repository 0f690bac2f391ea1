import { computed, effect, signal } from '@preact/signals';
import { type Headline, headlineOf } from '../../api/headline.ts';
import type { Status } from '../../api/status.ts';
import { counted } from '../format/format-values.tsx';
import { ApiError, get, key } from './call-api.ts';

/** The latest status of the app. */
export const status = signal<Status | undefined>(undefined);

interface Trouble {
  readonly kind: 'unreachable' | 'key-needed';
  /** The time of the last answer, or when the page was opened. */
  readonly since: Date;
  /** The error message. */
  readonly reason: string;
  readonly retryAt: Date;
}

/** Why the status is not up to date; undefined: it is. */
export const trouble = signal<Trouble | undefined>(undefined);

const INTERVAL_MS = 2000;
const MAX_INTERVAL_MS = 30_000;

let lastAnswerAt = new Date();
let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let isPolling = false;

/** Polls every two seconds while the page is visible, and backs off to 30 seconds while requests fail. */
export function startPolling(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer);
    else refresh();
  });
  window.addEventListener('online', refresh);
  // Now, and whenever the key changes.
  effect(() => {
    void key.value;
    refresh();
  });
}

/** Polls now. */
export function refresh(): void {
  clearTimeout(timer);
  void poll();
}

async function poll(): Promise<void> {
  if (isPolling) return;
  isPolling = true;
  let wait = INTERVAL_MS;
  try {
    status.value = await get<Status>('/api/status');
    lastAnswerAt = new Date();
    failures = 0;
    trouble.value = undefined;
  } catch (error) {
    wait = Math.min(INTERVAL_MS * 2 ** failures++, MAX_INTERVAL_MS);
    const refused = error instanceof ApiError && (error.status === 401 || error.code === 'sign-in');
    const reason = error instanceof Error ? error.message : String(error);
    trouble.value = {
      kind: refused ? 'key-needed' : 'unreachable',
      since: lastAnswerAt,
      reason,
      retryAt: new Date(Date.now() + wait),
    };
  } finally {
    isPolling = false;
  }
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(() => void poll(), wait);
}

interface Overall {
  readonly shape: 'ok' | 'bad' | 'paused' | 'lost';
  readonly tone: Headline['tone'] | 'lost';
  /** Short, and constant while the state is: screen readers announce every change. */
  readonly text: string;
}

/** The overall state, by the same rules as the largest words. */
export const overall = computed<Overall>(() => {
  if (trouble.value?.kind === 'key-needed') return { shape: 'lost', tone: 'lost', text: 'Key needed' };
  if (trouble.value !== undefined) return { shape: 'lost', tone: 'lost', text: 'Not reachable' };
  if (status.value === undefined) return { shape: 'lost', tone: 'hold', text: 'Connecting' };
  const { health, paused } = status.value;
  const failing = health.problems.filter(({ severity }) => severity !== 'warning').length;
  const { tone, text } = headlineOf(status.value);
  const problems = counted(failing, 'problem');
  if (paused !== undefined)
    return { shape: 'paused', tone, text: health.status === 'ok' ? 'Paused' : `Paused, ${problems}` };
  if (health.status === 'failing') return { shape: 'bad', tone: 'bad', text: problems };
  if (tone !== 'ok') return { shape: 'bad', tone, text };
  if (health.problems.length > 0)
    return { shape: 'ok', tone, text: `Healthy, ${counted(health.problems.length, 'warning')}` };
  return { shape: 'ok', tone, text: 'Healthy' };
});
