import { computed } from '@preact/signals';
import { counted } from '../format/figures.ts';
import { status, trouble } from './poll.ts';

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
