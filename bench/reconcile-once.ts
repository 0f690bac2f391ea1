/**
 * One reconcile by the settings of the environment, in a process that starts, does all of it and ends: what starts it and
 * what works on it are one, so that its processor time is all that a reconcile takes of ours. Prints what it left out.
 */
import { keepCompiled } from '../src/cli/keep-compiled.ts';

// As the command does it: first this, then what takes long to load.
keepCompiled();
const { reconcileInline } = await import('./sync/reconcile-inline.ts');
const { judgeRun } = await import('./sync/judge-run.ts');

const { isWhole, leftOut } = judgeRun(
  await reconcileInline(process.env, Number(process.env['BENCH_WITHIN_MS'] ?? 600_000)),
);
process.stdout.write(leftOut.map((path) => `left out: ${path}\n`).join(''));
process.exit(isWhole ? 0 : 1);
