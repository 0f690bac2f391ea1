import type { Run } from '../../api/run.ts';

export function endRun(run: Run, state: 'done' | 'cancelled', now: Date): Run {
  const endedAt = now.toISOString();
  return { ...run, state, updatedAt: endedAt, endedAt };
}
