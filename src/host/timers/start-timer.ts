import type { Invoke } from '../create-invoke.ts';
import type { TypedData } from '../functions-core.ts';
import type { RunningTrigger, TimerTrigger } from '../parse-trigger.ts';
import { settledOrAborted } from '../deadline.ts';
import type { Occurrences } from './schedule.ts';

/**
 * Runs a timer function at its occurrences. An occurrence that comes while the function still runs is skipped: the
 * next run is the next occurrence after its end, as in Azure Functions. Unlike there nothing is remembered across a
 * restart (`isPastDue` is never true) and nothing is shared between processes: each host runs its own timers.
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

/** In the case of .NET, as the runtime sends it; the library turns it into camelCase. */
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
