import type { LogFields, Logger } from '../../../src/telemetry/logger.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines, for tests that ask what an operator would read. */
export function recordingLog(
  lines: LogLine[] = [],
  inherited: LogFields = {},
): Logger & { readonly lines: LogLine[] } {
  const write = (level: LogLine['level']) => (message: string, fields?: LogFields) =>
    void lines.push({ level, message, fields: { ...inherited, ...fields } });
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => recordingLog(lines, { ...inherited, ...fields }),
  };
}
