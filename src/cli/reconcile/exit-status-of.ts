import type { Run } from '../../model/reconcile/run.ts';
import { EXIT } from '../exit-codes.ts';
import { figuresOf } from './run-figures.ts';

/** Of a run that has ended. */
export function exitStatusOf(run: Run): number {
  const isWhole = run.state === 'done' && run.alerts.length === 0 && figuresOf(run).failed === 0;
  return isWhole ? EXIT.done : EXIT.incomplete;
}
