import type { HttpRequest, InvocationContext, Timer } from '@azure/functions';

/** What the functions that the fixtures register do. Each test sets its own; a function without one does nothing. */
export interface Handlers {
  http: (request: HttpRequest, context: InvocationContext) => unknown;
  timer: (timer: Timer, context: InvocationContext) => unknown;
  message: (input: unknown, context: InvocationContext) => unknown;
  hook: (name: string, context: object) => void;
}

declare global {
  var handlersOfHostTest: Partial<Handlers> | undefined;
}

/** On the global object, since Node may load a fixture where vitest loads the test: then this module exists twice. */
export const handlers: Partial<Handlers> = (globalThis.handlersOfHostTest ??= {});

/** What the fixtures register: each looks up the handler of the running test when it is called. */
export const registered = {
  http: (request: HttpRequest, context: InvocationContext): unknown => handlers.http?.(request, context),
  timer: (timer: Timer, context: InvocationContext): unknown => handlers.timer?.(timer, context),
  message: (input: unknown, context: InvocationContext): unknown => handlers.message?.(input, context),
};
