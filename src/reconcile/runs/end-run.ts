import type { Run } from '../../model/reconcile/run.ts';

export function endRun(run: Run, state: 'done' | 'cancelled', now: Date): Run {
  const endedAt = now.toISOString();
  return { ...run, state, updatedAt: endedAt, endedAt };
}
