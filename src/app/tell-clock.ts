import type { ClockJudgement } from '../clock/service-clock.ts';
import { theServiceClock } from '../clock/the-service-clock.ts';
import { ERRORS } from '../model/errors.ts';
import { skew } from '../model/statement.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Logs, once for each change, that the clock of this machine is off, and that it is right again. */
export function tellClock(
  log: Logger,
  clock: { listen(listener: (judgement: ClockJudgement) => void): unknown } = theServiceClock,
): void {
  clock.listen((judgement) => {
    if (judgement.state === 'off')
      log.error('the clock of this machine is off, so it claims no recovery point', {
        code: 'clock-off',
        detail: `it is ${skew(judgement.aheadMs)}, by that of the account ${judgement.of}`,
        aheadMs: judgement.aheadMs,
        hint: ERRORS['clock-off'].hint,
      });
    else log.info('the clock of this machine is right again');
  });
}
