export type LogFields = Readonly<Record<string, unknown>>;

/** Receives the environment's log lines. `console` is one. */
export interface LocalLogger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
