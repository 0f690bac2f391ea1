import type { TellRefusal } from '../ports/insist.ts';
import type { Logger } from '../telemetry/logger.ts';

/** A line in the log when a queue does not take a message, before it is tried again for as long as it makes sense. */
export function tellRefusal(log: Logger): TellRefusal {
  return ({ code, message: detail, hint, context, cause }) => {
    const fields = { code, detail, hint, ...context };
    if (code === 'unexpected')
      log.error('a message could not be sent to its queue', { ...fields, error: cause });
    else log.warn('a queue does not take a message', fields);
  };
}
