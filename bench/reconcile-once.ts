/**
 * One reconcile by the settings of the environment, in a process that starts, does all of it and ends: what starts it and
 * what works on it are one, so that its processor time is all that a reconcile takes of ours. Prints the run.
 */
import { reconcileInline } from './sync/reconcile-inline.js';

const run = await reconcileInline(process.env, Number(process.env['BENCH_WITHIN_MS'] ?? 600_000));
process.stdout.write(`${JSON.stringify({ state: run.state, counts: run.counts, alerts: run.alerts })}\n`);
const isWhole =
  run.state === 'done' && run.alerts.length === 0 && Object.keys(run.counts.failed).length === 0;
process.exit(isWhole ? 0 : 1);
