import { pino } from 'pino';
import pretty from 'pino-pretty';

/**
 * A log line is a constant message plus fields, so that lines can be counted and searched by message.
 * Fields never carry a key, a token or a SAS signature.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose every line also carries these fields. */
  child(fields: LogFields): Logger;
}

export type LogFields = Readonly<Record<string, unknown>>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const FOR_PEOPLE = {
  destination: 2,
  sync: true,
  singleLine: true,
  translateTime: 'SYS:HH:MM:ss.l',
  messageFormat: '{msg}{if key} {key}{end}',
  ignore: 'key',
} as const;

/** Logs to standard error: text on a terminal, JSON lines elsewhere. Standard output is for the data of a command. */
export function createLogger(level: LogLevel): Logger {
  const options = { level, base: null, serializers: { error: describeError } };
  const logger = process.stderr.isTTY
    ? pino(options, pretty(FOR_PEOPLE))
    : pino(
        {
          ...options,
          timestamp: pino.stdTimeFunctions.isoTime,
          formatters: { level: (label) => ({ level: label }) },
        },
        pino.destination({ dest: 2, sync: true }),
      );
  return wrap(logger);
}

/** Without other members: an error of an SDK holds its request, and that holds keys and signatures. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? { code: error.code } : {};
  return { name: error.name, message: error.message, ...code, stack: error.stack };
}

function wrap(logger: pino.Logger): Logger {
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    child: (fields) => wrap(logger.child(fields)),
  };
}
