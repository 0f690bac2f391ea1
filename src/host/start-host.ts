import type { Logger } from '../telemetry/logger.ts';
import { relayLine } from './as-azure.ts';
import { createInvoke } from './create-invoke.ts';
import { setLineTaker } from './functions-core.ts';
import type { HostJson } from './host-json.ts';
import { startHttp } from './http/start-http.ts';
import { loadRegistrations } from './load-registrations.ts';
import { type RunningTrigger, type Trigger, parseTrigger } from './parse-trigger.ts';
import { ServiceBusClients, type CreateCredential } from './service-bus/clients.ts';
import { startServiceBus } from './service-bus/start-service-bus.ts';
import { type AppSettings, isDisabled } from './app-settings.ts';
import { startTimer } from './timers/start-timer.ts';
import { withDeadline } from '../concurrency/deadline.ts';

export interface HostOptions {
  /** Files to import, in this order. `resolveRegistrations` finds those of a package. */
  readonly registrations: readonly URL[];
  /** For `%NAME%` and `connection: 'NAME'` of bindings. */
  readonly settings: AppSettings;
  /** From `readHostJson`. */
  readonly hostJson: HostJson;
  /** 0 picks a free one. Undefined for no HTTP server. */
  readonly httpPort?: number | undefined;
  /** The address to listen on, 127.0.0.1 by default. Requests to any other than a loopback address need the key. */
  readonly httpHost?: string | undefined;
  readonly httpKey?: string | undefined;
  /** Needed only when a connection is `NAME__fullyQualifiedNamespace`. */
  readonly createCredential?: CreateCredential | undefined;
  /** Whether to behave as Azure Functions where this host is more helpful: see `as-azure.ts`. */
  readonly asAzure?: boolean | undefined;
  readonly log: Logger;
}

export interface Host {
  /** `http://127.0.0.1:PORT`. Undefined without an HTTP server. */
  readonly baseUrl?: string;
  readonly functions: readonly { readonly name: string; readonly trigger: Trigger['type'] }[];
  /**
   * Accepts no more work, waits up to `graceMs` (3 s) for running handlers, then abandons their messages. Resolves at most
   * two seconds after the grace period, whatever the broker and the handlers do.
   */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

const DEFAULT_GRACE_MS = 3000;
const CLOSING_MS = 1000;

/**
 * Runs functions that are registered with `@azure/functions` outside Azure Functions. Resolves when the HTTP server listens
 * and the timers are set. Queues are connected in the background: while a broker is out of reach, it logs once and retries.
 * @throws BlobmirrorError `setting-invalid`, `setting-missing` or `port-taken`; nothing is left running then
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { hostJson, asAzure = false, log } = options;
  setLineTaker(asAzure ? (level, line) => relayLine(log, level, line) : undefined);
  const { functions, hooks } = await loadRegistrations(options.registrations, log);
  const triggers = functions
    .map((registered) => parseTrigger(registered, options.settings, hostJson.routePrefix))
    .filter(({ name }) => !isDisabled(name, options.settings));
  const clients = new ServiceBusClients(hostJson.serviceBus, options.createCredential);
  const appHookData = {};
  const invoke = createInvoke({
    hooks,
    appHookData,
    functionTimeoutMs: hostJson.functionTimeoutMs,
    asAzure,
    log,
  });
  const running: RunningTrigger[] = [];
  let baseUrl: string | undefined;
  let stopped: Promise<void> | undefined;

  try {
    for (const hook of hooks.appStart) await hook({ hookData: {}, appHookData });
    if (options.httpPort !== undefined) {
      const { httpPort: port, httpHost: host = '127.0.0.1', httpKey: key } = options;
      const http = triggers.filter(isOf('httpTrigger'));
      const server = await startHttp(http, { port, host, key, asAzure }, invoke, log);
      baseUrl = server.baseUrl;
      running.push(server);
    }
    for (const trigger of triggers.filter(isOf('serviceBusTrigger'))) {
      const client = clients.get(trigger.connection);
      running.push(startServiceBus(trigger, { client, settings: hostJson.serviceBus, invoke, asAzure, log }));
    }
    for (const trigger of triggers.filter(isOf('timerTrigger'))) running.push(startTimer(trigger, invoke));
  } catch (error) {
    await stop({ graceMs: 0 });
    throw error;
  }

  return {
    ...(baseUrl !== undefined && { baseUrl }),
    functions: triggers.map(({ name, type }) => ({ name, trigger: type })),
    stop,
  };

  function stop({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    return (stopped ??= stopOnce(graceMs));
  }

  async function stopOnce(graceMs: number): Promise<void> {
    await withDeadline(graceMs, (deadline) => Promise.all(running.map((trigger) => trigger.stop(deadline))));
    await withDeadline(CLOSING_MS, () => Promise.all([terminate(), clients.close()]));
  }

  async function terminate(): Promise<void> {
    try {
      for (const hook of hooks.appTerminate) await hook({ hookData: {}, appHookData });
    } catch (error) {
      log.error('Hook appTerminate failed', { error });
    }
  }
}

function isOf<T extends Trigger['type']>(
  type: T,
): (trigger: Trigger) => trigger is Extract<Trigger, { type: T }> {
  return (trigger): trigger is Extract<Trigger, { type: T }> => trigger.type === type;
}
