import type { Invoke } from '../create-invoke.ts';
import type { TypedData } from '../functions-core.ts';
import type { RunningTrigger, TimerTrigger } from '../parse-trigger.ts';
import { settledOrAborted } from '../../concurrency/deadline.ts';
import type { Occurrences } from './schedule.ts';

/**
 * Runs a timer function on its schedule. As in Azure Functions, occurrences during a run are skipped. Unlike there, nothing
 * is kept across a restart (`isPastDue` is never true), and every process runs its own timers.
 */
export function startTimer(trigger: TimerTrigger, invoke: Invoke): RunningTrigger {
  let running: Promise<unknown> | undefined;

  const run = (occurrences: Occurrences): void => {
    running ??= invoke(trigger, timerInput(occurrences))
      .catch(() => undefined)
      .finally(() => (running = undefined));
  };

  const occurrences = trigger.schedule.start(run);
  if (trigger.runOnStartup) run(occurrences);

  return {
    async stop(deadline) {
      occurrences.stop();
      await settledOrAborted(running, deadline);
    },
  };
}

/** With the names of .NET, as the runtime sends it; the library converts them to camelCase. */
function timerInput(occurrences: Occurrences): TypedData {
  const now = new Date();
  return {
    json: JSON.stringify({
      IsPastDue: false,
      Schedule: { AdjustForDST: true },
      ScheduleStatus: { Last: occurrences.previous() ?? now, Next: occurrences.next(), LastUpdated: now },
    }),
  };
}
