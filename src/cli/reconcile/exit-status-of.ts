import type { Run } from '../../model/reconcile/run.js';
import { EXIT } from '../exit-codes.js';
import { figuresOf } from './run-figures.js';

/** Of a run that has ended. */
export function exitStatusOf(run: Run): number {
  const isWhole = run.state === 'done' && run.alerts.length === 0 && figuresOf(run).failed === 0;
  return isWhole ? EXIT.done : EXIT.incomplete;
}
