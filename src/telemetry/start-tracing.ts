import { waitAtMost } from '../concurrency/deadline.ts';
import { AsyncLocalStorage } from 'node:async_hooks';
import { context, type Context, type ContextManager, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';

export interface Tracing {
  readonly stop: (withinMs: number) => Promise<void>;
}

/** Records spans from now on and exports them in batches. OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG set the sampling. */
export function startTracing(resource: Resource, exporter: SpanExporter): Tracing {
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  context.setGlobalContextManager(new FollowingContext());
  trace.setGlobalTracerProvider(provider);
  return {
    stop: async (withinMs) => {
      await waitAtMost(withinMs, provider.shutdown());
    },
  };
}

/** Keeps the context across awaits. */
class FollowingContext implements ContextManager {
  readonly #contexts = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#contexts.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    to: Context,
    run: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#contexts.run(to, () => run.apply(thisArg, args));
  }

  bind<T>(to: Context, target: T): T {
    if (typeof target !== 'function') return target;
    const run = target as unknown as (...args: unknown[]) => unknown;
    return ((...args: unknown[]) => this.#contexts.run(to, () => run(...args))) as T;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#contexts.disable();
    return this;
  }
}
