import { pino } from 'pino';
import pretty from 'pino-pretty';
import { toPrintableLines } from '../model/printable.ts';
import {
  createLineLogger,
  describeError,
  type LogFields,
  type Logger,
  type LogLevel,
  wrap,
} from './line-logger.ts';

export type { LogFields, LogLevel, Logger } from './line-logger.ts';

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
  if (!isTerminal) return createLineLogger(level, pino.destination({ dest: to, sync: true }));
  const logger = pino(
    {
      level,
      base: null,
      serializers: { error: (error) => printable(describeError(error)) },
      formatters: { log: printable },
    },
    pretty({ ...FOR_PEOPLE, destination: to }),
  );
  return wrap(logger, printable);
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
