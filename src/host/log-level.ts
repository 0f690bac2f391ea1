import type { LogFields, Logger } from '../telemetry/logger.ts';
import type { LogLevel } from './functions-core.ts';

/** Writes a line of the Functions library, or of a handler through its context, at the level nearest to its own. */
export function logAt(log: Logger, level: LogLevel, message: string, fields?: LogFields): void {
  switch (level) {
    case 'none':
      return;
    case 'trace':
    case 'debug':
      return log.debug(message, fields);
    case 'information':
      return log.info(message, fields);
    case 'warning':
      return log.warn(message, fields);
    case 'error':
    case 'critical':
      return log.error(message, fields);
  }
}
