import type { LogFields, Logger } from '../../src/telemetry/logger.ts';

export interface LoggedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines for the test. */
export function createSilentLogger(
  lines: LoggedLine[] = [],
  inherited: LogFields = {},
): Logger & { lines: LoggedLine[] } {
  const log =
    (level: LoggedLine['level']) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ level, message, fields: { ...inherited, ...fields } });
    };
  return {
    lines,
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (fields) => createSilentLogger(lines, { ...inherited, ...fields }),
  };
}
