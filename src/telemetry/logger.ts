import { pino } from 'pino';
import pretty from 'pino-pretty';
import { toPrintableJson, toPrintableLines } from '../model/printable.ts';

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
  sync: true,
  singleLine: true,
  translateTime: 'SYS:HH:MM:ss.l',
  // Not a template: a name that holds braces would be taken for one.
  messageFormat: ({ msg, key }: LogFields) =>
    typeof key === 'string' ? `${String(msg)} ${key}` : String(msg),
  ignore: 'key',
} as const;

/** Where a log goes. */
interface LogTarget {
  /** A file descriptor. */
  readonly to: number;
  readonly isTerminal: boolean;
}

/** Logs to standard error: text on a terminal, JSON lines elsewhere. Standard output is for the data of a command. */
export function createLogger(
  level: LogLevel,
  { to, isTerminal }: LogTarget = { to: 2, isTerminal: process.stderr.isTTY },
): Logger {
  const options = { level, base: null };
  const logger = isTerminal
    ? pino(
        {
          ...options,
          serializers: { error: (error) => printable(describeError(error)) },
          formatters: { log: printable },
        },
        pretty({ ...FOR_PEOPLE, destination: to }),
      )
    : pino(
        {
          ...options,
          serializers: { error: describeError },
          timestamp: pino.stdTimeFunctions.isoTime,
          formatters: { level: (label) => ({ level: label }) },
          hooks: { streamWrite: toPrintableJson },
        },
        pino.destination({ dest: to, sync: true }),
      );
  return wrap(logger, isTerminal ? printable : (fields) => fields);
}

/** For a terminal, which would obey control characters: every string, at any depth. An error waits for its serializer. */
function printable<Value>(value: Value): Value;
function printable(value: unknown): unknown {
  if (typeof value === 'string') return toPrintableLines(value);
  if (Array.isArray(value)) return value.map((each: unknown) => printable(each));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [printable(name), printable(each)]));
}

/** Without other members: an error of an SDK holds its request, and that holds keys and signatures. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? { code: error.code } : {};
  return { name: error.name, message: error.message, ...code, stack: error.stack };
}

/** @param guard applied to the fields of a child, which no formatter sees */
function wrap(logger: pino.Logger, guard: (fields: LogFields) => LogFields): Logger {
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    child: (fields) => wrap(logger.child(guard(fields)), guard),
  };
}
