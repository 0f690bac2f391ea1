import { pino } from 'pino';
import { toPrintableJson } from '../model/printable.ts';
import { type WorkerLevel, writeToWorker } from './worker-log.ts';

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

/** Logs JSON lines. Of what `logger.ts` loads, this is what a worker of Azure Functions needs. */
export function createLineLogger(level: LogLevel, destination: pino.DestinationStream): Logger {
  const options = {
    level,
    base: null,
    serializers: { error: describeError },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: toPrintableJson },
  };
  return wrap(pino(options, destination), (fields) => fields);
}

/** Logs to the worker of Azure Functions, and to standard error where this process is none. */
export function createWorkerLogger(level: LogLevel): Logger {
  const direct = pino.destination({ dest: 2, sync: true });
  return createLineLogger(level, {
    // With it, pino sets `lastLevel` before each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      if (!writeToWorker(levelOf(this.lastLevel), line.trimEnd())) direct.write(line);
    },
  } as pino.DestinationStream & { readonly lastLevel: number });
}

function levelOf(number: number): WorkerLevel {
  return number >= 50 ? 'error' : number >= 40 ? 'warn' : number >= 30 ? 'info' : 'debug';
}

/** Without other members: an error of an SDK holds its request, and that holds keys and signatures. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? { code: error.code } : {};
  return { name: error.name, message: error.message, ...code, stack: error.stack };
}

/** @param guard applied to the fields of a child, which no formatter sees */
export function wrap(logger: pino.Logger, guard: (fields: LogFields) => LogFields): Logger {
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    child: (fields) => wrap(logger.child(guard(fields)), guard),
  };
}
