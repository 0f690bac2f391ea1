import { Module } from 'node:module';
import type { LogFields, Logger } from '../telemetry/logger.ts';

/**
 * A replacement of `@azure/functions-core`, a module that exists only inside the Azure Functions worker. The library
 * `@azure/functions` requires it at its first registration and registers every function through it. Like the worker, this
 * wraps `Module.prototype.require`.
 *
 * The types are those of azure-functions-nodejs-worker (types-core), reduced to what the library uses.
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

/** Makes the arguments of the handler. The library sets it with `setProgrammingModel`. */
interface ProgrammingModel {
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  /** What the app asks of the host: `HttpUri` when it streams its HTTP answers. */
  getCapabilities(capabilities: Record<string, string>): Promise<Readonly<Record<string, string>>>;
}

interface InvocationModel {
  getArguments(): Promise<{ context: InvocationContext; inputs: unknown[] }>;
  invokeFunction(context: InvocationContext, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  /** The result as it goes over gRPC. */
  getResponse(context: InvocationContext, result: unknown): Promise<RpcResponse>;
}

/** The last argument of the handler. The host corrects the type of the trigger in it. */
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

/** A request as it comes over gRPC: its body is whole before the function is called. */
export interface RpcRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly body?: { readonly bytes: Uint8Array };
}

/** What the library makes of the result of a function. */
export interface RpcResponse {
  readonly returnValue?: {
    readonly http?: {
      readonly statusCode?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: { readonly bytes?: Uint8Array; readonly string?: string };
    };
  } | null;
}

/** An input of the handler. The library parses `json`, and `string` when it is valid JSON. */
export type TypedData =
  | { readonly string: string }
  | { readonly json: string }
  | { readonly bytes: Uint8Array }
  | {
      readonly http:
        { readonly nativeRequest: Request; readonly params: Readonly<Record<string, string>> } | RpcRequest;
    };

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
  readonly model: ProgrammingModel;
}

export interface Collector {
  addFunction(registered: RegisteredFunction): void;
  /** Returns a function that removes the hook. */
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
let takeLine: ((level: LogLevel, line: string) => void) | undefined;

/** Takes the lines that the app writes outside of invocations; undefined leaves them to standard error. */
export function setLineTaker(taker: typeof takeLine): void {
  takeLine = taker;
}

/** Makes `require` return the replacement. Idempotent. */
export function installFunctionsCore(): void {
  if (installed) return;
  installed = true;
  const prototype: { require: (this: unknown, id: string) => unknown } = Module.prototype;
  const original = prototype.require;
  prototype.require = function requireOrCore(id) {
    return id === '@azure/functions-core' ? core : original.call(this, id);
  };
}

/** Whether the library was loaded before `installFunctionsCore`: it looks for the module only once. */
export function libraryWasLoadedBefore(cache: Readonly<Record<string, unknown>>): boolean {
  return !installed && Object.keys(cache).some((file) => /[\\/]@azure[\\/]functions[\\/]/.test(file));
}

/** Collects the registrations that are made while `load` runs. Calls must not overlap. */
export async function collectRegistrations(to: Collector, load: () => Promise<unknown>): Promise<void> {
  collector = to;
  try {
    await load();
  } finally {
    collector = undefined;
  }
}

function currentCollector(what: string): Collector {
  if (collector === undefined) throw new Error(`A ${what} can be registered only while the host starts`);
  return collector;
}

const core = {
  version: '3.0.0',
  hostVersion: '4.34.0',
  /** Lines go to standard error with their fields, as those of the host do: see telemetry/worker-log.ts. */
  get takesNoLines(): boolean {
    return takeLine === undefined;
  },

  setProgrammingModel(given: ProgrammingModel): void {
    model = given;
  },

  getProgrammingModel: () => model,

  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): { dispose(): void } {
    if (model === undefined)
      throw new Error('A function was registered before setProgrammingModel was called');
    currentCollector('function').addFunction({ metadata, callback, model });
    return { dispose: () => undefined };
  },

  registerHook(name: string, callback: HookCallback): { dispose(): void } {
    if (!isHookName(name)) throw new RangeError(`This host does not support the hook "${name}"`);
    return { dispose: currentCollector('hook').addHook(name, callback) };
  },

  log(level: LogLevel, _category: string, message: string): void {
    if (takeLine === undefined) collector?.log(level, message);
    else takeLine(level, message);
  },
};

function isHookName(name: string): name is HookName {
  return HOOK_NAMES.includes(name);
}

/** Logs a line of the library, or of `context.log` of a handler, at the nearest level of ours. */
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
