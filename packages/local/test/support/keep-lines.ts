import type { LocalLogger, LogFields } from '../../src/logger.ts';

export interface LoggedLine {
  readonly level: keyof LocalLogger;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that appends its lines to an array. */
export function keepLines(lines: LoggedLine[]): LocalLogger {
  const keep =
    (level: LoggedLine['level']) =>
    (message: string, fields: LogFields = {}): void =>
      void lines.push({ level, message, fields });
  return { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
}
