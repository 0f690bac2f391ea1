import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import {
  type CoreInvocationContext,
  type FunctionMetadata,
  type HookName,
  type TypedData,
  logAt,
} from './functions-core.ts';
import { fromRpcResponse, relayLine } from './as-azure.ts';
import type { Registrations } from './load-registrations.ts';
import type { Trigger } from './parse-trigger.ts';
import { within } from '../concurrency/deadline.ts';
import { ParkedMessageReceived } from '../model/hint-message.ts';
import type { LogFields, Logger } from '../telemetry/logger.ts';

interface InvokeDetails {
  readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
  /** For the log lines of this invocation. */
  readonly fields?: LogFields;
}

/**
 * Runs a function once: hooks, handler, hooks, like the Node worker. Rejects with what the handler threw, after logging
 * it: as an error, except for `ParkedMessageReceived`, which is part of dead-lettering.
 *
 * Azure Functions kills the worker process when a handler exceeds `functionTimeout`; its messages are delivered again when
 * their locks expire. Here only that invocation rejects: its message is abandoned at once, and the result of the handler
 * is ignored.
 */
export type Invoke = (trigger: Trigger, input: TypedData, details?: InvokeDetails) => Promise<unknown>;

export interface InvokeOptions {
  readonly hooks: Registrations['hooks'];
  /** Data that appStart hooks share with the others. */
  readonly appHookData: Record<string, unknown>;
  readonly functionTimeoutMs: number;
  /** See `as-azure.ts`. */
  readonly asAzure?: boolean | undefined;
  readonly log: Logger;
}

const TIMED_OUT = 'The handler did not end within functionTimeout of host.json';

export function createInvoke({ hooks, appHookData, functionTimeoutMs, asAzure, log }: InvokeOptions): Invoke {
  return async (trigger, input, details = {}) => {
    const invocationId = randomUUID();
    const lines = log.child({ ...details.fields, function: trigger.name, invocation: invocationId });
    try {
      return await within(
        functionTimeoutMs,
        run(trigger, input, details, invocationId, lines),
        () => new Error(TIMED_OUT),
      );
    } catch (error) {
      if (error instanceof ParkedMessageReceived && asAzure !== true) lines.debug(error.message);
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
    let hasEnded = false;
    const core: CoreInvocationContext = {
      invocationId,
      metadata: toLibraryMetadata(trigger),
      request: {
        inputData: [{ name: trigger.binding, data: input }],
        ...(triggerMetadata && { triggerMetadata }),
      },
      state: 'preInvocationHooks',
      log: (level, category, message) => {
        if (asAzure !== true) logAt(lines, level, message);
        // The host of Azure drops lines of an invocation that it knows no more.
        else if (!hasEnded || category === 'system') relayLine(lines, level, message);
      },
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
    hasEnded = true;
    if (after.error === undefined || after.error === null)
      return asAzure === true && trigger.type === 'httpTrigger'
        ? fromRpcResponse(await model.getResponse(context, after.result))
        : after.result;
    throw after.error instanceof Error ? after.error : new Error(inspect(after.error));
  }

  async function runHooks(name: HookName, context: object): Promise<void> {
    for (const hook of hooks[name]) await hook(context);
  }
}

/**
 * The metadata for the library. After `setup({ enableHttpStream: true })` the library waits for the request of an
 * `httpTrigger` on a server of its own that only the real worker feeds. With another type it takes the request from its
 * arguments, and the body is streamed all the same.
 */
function toLibraryMetadata({ registered: { metadata }, type, binding }: Trigger): FunctionMetadata {
  if (type !== 'httpTrigger') return metadata;
  const trigger = { ...metadata.bindings[binding], type: 'httpRequestTrigger' };
  return { ...metadata, bindings: { ...metadata.bindings, [binding]: trigger } };
}
