import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';

/**
 * The log of the worker of Azure Functions. Lines arrive there with their level; lines on standard error get one by the
 * words in them, so that a blob named `errors/a.txt` would make an error.
 */

/** The part of the context of an invocation that takes lines. */
export interface InvocationLog {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

const LEVELS = { debug: 'debug', info: 'information', warn: 'warning', error: 'error' } as const;

export type WorkerLevel = keyof typeof LEVELS;

/** The part of `@azure/functions-core` that takes lines. That module exists in a worker only. */
interface WorkerCore {
  log?(level: (typeof LEVELS)[WorkerLevel], category: 'user' | 'system', line: string): void;
  /** Of our own host: lines go to standard error with their fields. */
  readonly takesNoLines?: boolean;
}

interface Invocation {
  /** Undefined when it has ended: the host drops lines of an invocation that it knows no more. */
  log: InvocationLog | undefined;
}

const invocations = new AsyncLocalStorage<Invocation>();
const load = createRequire(import.meta.url);
let core: WorkerCore | undefined;

/** Runs `act` so that its lines are those of the invocation until it ends. */
export async function inInvocation<Result>(
  log: InvocationLog,
  act: () => Result | Promise<Result>,
): Promise<Result> {
  const invocation: Invocation = { log };
  return await invocations.run(invocation, async () => {
    try {
      return await act();
    } finally {
      invocation.log = undefined;
    }
  });
}

/** Writes a line to the log of the worker. False: this process is none that takes lines. */
export function writeToWorker(level: WorkerLevel, line: string): boolean {
  core ??= loadCore();
  if (core?.log === undefined || core.takesNoLines === true) return false;
  const own = invocations.getStore()?.log;
  if (own === undefined) core.log(LEVELS[level], 'system', line);
  else own[level](line);
  return true;
}

/** The worker, and our own host, provide the module before they load the functions. */
function loadCore(): WorkerCore | undefined {
  try {
    return load('@azure/functions-core') as WorkerCore;
  } catch {
    return undefined;
  }
}
