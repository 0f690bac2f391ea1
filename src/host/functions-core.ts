import { Module } from 'node:module';
import type { LogFields, Logger } from '../telemetry/logger.ts';

/**
 * A stand-in for `@azure/functions-core`, the module that exists only inside the Azure Functions worker. The library
 * `@azure/functions` asks for it by `require` at its first registration and hands over every function through it.
 * The worker answers that `require` by wrapping `Module.prototype.require`; so does this.
 *
 * Shapes are those of azure-functions-nodejs-worker (types-core), cut down to what the library uses.
 */
export interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: unknown;
}

export type Binding = Readonly<Record<string, unknown>>;
type FunctionCallback = (...inputsAndContext: unknown[]) => unknown;
export type HookCallback = (context: object) => unknown;
export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation';

/** Turns an invocation into the handler's arguments; the library brings it (`setProgrammingModel`). */
interface ProgrammingModel {
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
}

interface InvocationModel {
  getArguments(): Promise<{ context: InvocationContext; inputs: unknown[] }>;
  invokeFunction(context: InvocationContext, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
}

/** What the handler gets as its last argument; the host sets one thing right in it. */
interface InvocationContext {
  readonly options: { readonly trigger: { type: string } };
}

export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly metadata: FunctionMetadata;
  readonly request: {
    readonly inputData: readonly { readonly name: string; readonly data: TypedData }[];
    readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
  };
  state?: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks';
  log(level: LogLevel, category: string, message: string): void;
}

/** A value on its way to the handler: the library parses `string` as JSON when it can, and `json` always. */
export type TypedData =
  | { readonly string: string }
  | { readonly json: string }
  | { readonly bytes: Uint8Array }
  | { readonly http: { readonly nativeRequest: Request; readonly params: Readonly<Record<string, string>> } };

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
  readonly model: ProgrammingModel;
}

export interface Collector {
  addFunction(registered: RegisteredFunction): void;
  /** Returns what takes the hook away again. */
  addHook(name: HookName, callback: HookCallback): () => void;
  log(level: LogLevel, message: string): void;
}

const HOOK_NAMES: readonly string[] = [
  'appStart',
  'appTerminate',
  'preInvocation',
  'postInvocation',
] satisfies HookName[];

let installed = false;
let collector: Collector | undefined;
let model: ProgrammingModel | undefined;

/** Makes the stand-in available to `require`, once in a process. */
export function installFunctionsCore(): void {
  if (installed) return;
  installed = true;
  const prototype: { require: (this: unknown, id: string) => unknown } = Module.prototype;
  const original = prototype.require;
  prototype.require = function requireOrCore(id) {
    return id === '@azure/functions-core' ? core : original.call(this, id);
  };
}

/** Whether the library was in this process before the stand-in, and so may already have given up looking for it. */
export function libraryWasLoadedBefore(cache: Readonly<Record<string, unknown>>): boolean {
  return !installed && Object.keys(cache).some((file) => /[\\/]@azure[\\/]functions[\\/]/.test(file));
}

/** Sends every registration that is made while `load` runs to `to`. Not for use by two at a time. */
export async function collectRegistrations(to: Collector, load: () => Promise<unknown>): Promise<void> {
  collector = to;
  try {
    await load();
  } finally {
    collector = undefined;
  }
}

function currentCollector(what: string): Collector {
  if (collector === undefined) throw new Error(`A ${what} can only be registered while the host starts`);
  return collector;
}

const core = {
  version: '3.0.0',
  hostVersion: '4.34.0',

  setProgrammingModel(given: ProgrammingModel): void {
    model = given;
  },

  getProgrammingModel: () => model,

  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): { dispose(): void } {
    if (model === undefined) throw new Error('A function was registered before any programming model');
    currentCollector('function').addFunction({ metadata, callback, model });
    return { dispose: () => undefined };
  },

  registerHook(name: string, callback: HookCallback): { dispose(): void } {
    if (!isHookName(name)) throw new RangeError(`Hook "${name}" is not known to this host`);
    return { dispose: currentCollector('hook').addHook(name, callback) };
  },

  log(level: LogLevel, _category: string, message: string): void {
    collector?.log(level, message);
  },
};

function isHookName(name: string): name is HookName {
  return HOOK_NAMES.includes(name);
}

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
