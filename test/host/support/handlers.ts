import type { InvocationContext } from '@azure/functions';

export type Handler = (input: unknown, context: InvocationContext) => unknown;

/**
 * The fixtures register functions whose handlers are looked up here when they run, so that each test brings its own.
 * A global, since a fixture is loaded by Node and a test by vitest.
 */
export function setHandlers(handlers: Record<string, Handler>): void {
  Object.assign(globalThis, { handlers });
}
