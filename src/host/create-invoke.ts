import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import {
  type CoreInvocationContext,
  type FunctionMetadata,
  type HookName,
  type TypedData,
  logAt,
} from './functions-core.ts';
import type { Registrations } from './load-registrations.ts';
import type { Trigger } from './parse-trigger.ts';
import { ParkedMessageReceived } from '../model/hint-message.ts';
import type { LogFields, Logger } from '../telemetry/logger.ts';

interface InvokeDetails {
  readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
  /** For the log lines of this invocation. */
  readonly fields?: LogFields;
}

/**
 * Runs a function once: hooks, handler, hooks, as the Node worker does. Rejects with what the handler threw, after
 * it was logged: as an error, but for a parked copy that came by, which is part of dead-lettering.
 *
 * Azure Functions kills the whole worker process when a handler outlives `functionTimeout`, and the messages it had
 * come back when their locks expire. Here only the one invocation is given up: it rejects, the message goes back at
 * once, and what the handler still does, or returns, is ignored.
 */
export type Invoke = (trigger: Trigger, input: TypedData, details?: InvokeDetails) => Promise<unknown>;

export interface InvokeOptions {
  readonly hooks: Registrations['hooks'];
  /** What appStart hooks left for the others. */
  readonly appHookData: Record<string, unknown>;
  readonly functionTimeoutMs: number;
  readonly log: Logger;
}

const TIMED_OUT = 'The handler did not end within functionTimeout of host.json';

export function createInvoke({ hooks, appHookData, functionTimeoutMs, log }: InvokeOptions): Invoke {
  return async (trigger, input, details = {}) => {
    const invocationId = randomUUID();
    const lines = log.child({ ...details.fields, function: trigger.name, invocation: invocationId });
    try {
      return await withTimeout(
        functionTimeoutMs,
        run(trigger, input, details, invocationId, lines),
        TIMED_OUT,
      );
    } catch (error) {
      if (error instanceof ParkedMessageReceived) lines.debug(error.message);
      else lines.error('Function failed', { error });
      throw error;
    }
  };

  async function run(
    trigger: Trigger,
    input: TypedData,
    { triggerMetadata }: InvokeDetails,
    invocationId: string,
    lines: Logger,
  ): Promise<unknown> {
    const core: CoreInvocationContext = {
      invocationId,
      metadata: forLibrary(trigger),
      request: {
        inputData: [{ name: trigger.binding, data: input }],
        ...(triggerMetadata && { triggerMetadata }),
      },
      state: 'preInvocationHooks',
      log: (level, _category, message) => logAt(lines, level, message),
    };
    const model = trigger.registered.model.getInvocationModel(core);
    const { context, inputs } = await model.getArguments();
    context.options.trigger.type = trigger.type;

    const shared = { hookData: {}, appHookData, invocationContext: context };
    const before = { ...shared, inputs, functionCallback: trigger.registered.callback };
    await runHooks('preInvocation', before);

    const after = {
      ...shared,
      inputs: before.inputs,
      result: undefined as unknown,
      error: undefined as unknown,
    };
    core.state = 'invocation';
    try {
      after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
    } catch (error) {
      after.error = error ?? new Error('The handler threw nothing');
    }
    core.state = 'postInvocationHooks';
    await runHooks('postInvocation', after);
    if (after.error === undefined || after.error === null) return after.result;
    throw after.error instanceof Error ? after.error : new Error(inspect(after.error));
  }

  async function runHooks(name: HookName, context: object): Promise<void> {
    for (const hook of hooks[name]) await hook(context);
  }
}

/**
 * What the library is told about the function. Once an app has called `setup({ enableHttpStream: true })`, the library
 * awaits the request of an `httpTrigger` on a side server that only the real worker feeds. Under another type it takes
 * the request from its arguments, and the body streams all the same.
 */
function forLibrary({ registered: { metadata }, type, binding }: Trigger): FunctionMetadata {
  if (type !== 'httpTrigger') return metadata;
  const trigger = { ...metadata.bindings[binding], type: 'httpRequestTrigger' };
  return { ...metadata, bindings: { ...metadata.bindings, [binding]: trigger } };
}

/** The outcome of `promise`, or a rejection once it has taken longer than `ms`. Infinity sets no limit. */
function withTimeout<T>(ms: number, promise: Promise<T>, message: string): Promise<T> {
  if (ms === Infinity) return promise;
  const { promise: limited, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error(message)), ms);
  void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  return limited;
}
