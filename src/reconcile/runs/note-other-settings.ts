import type { Run } from '../../model/reconcile/run.ts';
import type { Desk } from './desk.ts';
import { isUnderWay } from './run-progress.ts';

/** What `Run.mirror` is then: no digest, so that the run proves nothing for anybody. */
const MIXED = 'mixed';

/**
 * Notes that a worker with other settings than the run was begun under is at work on it, before it is: where settings
 * change while an app is deployed anew, a worker that mirrors less passes keys over in silence. Resolves to the run as
 * it is then.
 */
export async function noteOtherSettings({ parts, runs }: Desk, run: Run): Promise<Run> {
  if (run.mirror === parts.mirror || run.mirror === MIXED) return run;
  const changed = await runs.change(run.id, (before) =>
    before.mirror === MIXED || !isUnderWay(before) ? undefined : { ...before, mirror: MIXED },
  );
  if (changed?.isChanged === true)
    parts.log.warn(
      'a reconcile is worked on under other settings than it was begun with; it proves nothing',
      {
        run: run.id,
      },
    );
  return changed?.run ?? run;
}
