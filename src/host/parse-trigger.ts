import {
  type ServiceBusConnection,
  type AppSettings,
  registrationError,
  resolveConnection,
  resolveSettings,
} from './app-settings.ts';
import type { Binding, RegisteredFunction } from './functions-core.ts';
import { type Route, parseRoute } from './http/route.ts';
import { type Schedule, parseSchedule } from './timers/schedule.ts';

/** The trigger of a function, with all settings resolved. */
export type Trigger = ServiceBusTrigger | TimerTrigger | HttpTrigger;

interface OfFunction {
  readonly registered: RegisteredFunction;
  readonly name: string;
  /** The name of the trigger binding, which the library generates. */
  readonly binding: string;
}

export interface ServiceBusTrigger extends OfFunction {
  readonly type: 'serviceBusTrigger';
  readonly queue: string;
  readonly connection: ServiceBusConnection;
  /** Undefined: the value of host.json applies. */
  readonly autoComplete: boolean | undefined;
  /** Whether the handler gets the body as bytes. */
  readonly binary: boolean;
}

export interface TimerTrigger extends OfFunction {
  readonly type: 'timerTrigger';
  readonly schedule: Schedule;
  readonly runOnStartup: boolean;
}

export interface HttpTrigger extends OfFunction {
  readonly type: 'httpTrigger';
  readonly methods: readonly string[];
  readonly route: Route;
}

/**
 * Parses the bindings of a registered function. Refuses what this host would run differently from Azure.
 * @throws BlobmirrorError `setting-invalid` or `setting-missing`, naming the function
 */
export function parseTrigger(
  registered: RegisteredFunction,
  settings: AppSettings,
  routePrefix: string,
): Trigger {
  const { name, bindings } = registered.metadata;
  const where = `function "${name}"`;
  const [[binding, trigger] = refuse(where, 'has no trigger'), ...more] = Object.entries(bindings).filter(
    ([key, { direction, type }]) => !(key === '$return' && direction === 'out' && type === 'http'),
  );
  for (const [, { type }] of more)
    refuse(where, `has a binding of type ${String(type)}, which this host does not run`);
  const of: OfFunction = { registered, name, binding };
  switch (trigger['type']) {
    case 'serviceBusTrigger':
      return parseServiceBus(of, trigger, settings, where);
    case 'timerTrigger':
      // Azure ignores a retry policy of a queue trigger, and obeys one of a timer.
      if (registered.metadata.retryOptions !== undefined)
        refuse(where, 'has a retry policy, which this host does not run');
      return {
        ...of,
        type: 'timerTrigger',
        schedule: parseSchedule(resolveSettings(text(trigger, 'schedule', where), settings, where), where),
        runOnStartup: trigger['runOnStartup'] === true,
      };
    case 'httpTrigger':
      return {
        ...of,
        type: 'httpTrigger',
        methods: methodsOf(trigger),
        route: parseRoute(`${routePrefix}/${httpTemplate(trigger, name, settings, where)}`, where),
      };
    default:
      return refuse(where, `has a trigger of type ${String(trigger['type'])}, which this host does not run`);
  }
}

function parseServiceBus(
  of: OfFunction,
  trigger: Binding,
  settings: AppSettings,
  where: string,
): ServiceBusTrigger {
  if (trigger['topicName'] !== undefined) refuse(where, 'listens to a topic; this host runs queues only');
  if (trigger['cardinality'] === 'many') {
    refuse(
      where,
      'has cardinality "many", which settles all messages or none; this host runs cardinality "one" only',
    );
  }
  if (trigger['isSessionsEnabled'] === true) refuse(where, 'uses sessions, which this host does not run');
  if (trigger['sdkBinding'] === true) refuse(where, 'uses sdkBinding, which this host does not run');
  const connection = text(trigger, 'connection', where) || 'AzureWebJobsServiceBus';
  return {
    ...of,
    type: 'serviceBusTrigger',
    queue: resolveSettings(text(trigger, 'queueName', where), settings, `${where}, queueName,`),
    connection: resolveConnection(connection, settings, where),
    autoComplete:
      typeof trigger['autoCompleteMessages'] === 'boolean' ? trigger['autoCompleteMessages'] : undefined,
    binary: trigger['dataType'] === 'binary',
  };
}

function methodsOf(trigger: Binding): string[] {
  const { methods } = trigger;
  return Array.isArray(methods) ? methods.map((method) => String(method).toUpperCase()) : ['GET', 'POST'];
}

/** The default route is the name of the function. */
function httpTemplate(trigger: Binding, name: string, settings: AppSettings, where: string): string {
  const { route } = trigger;
  return typeof route === 'string' ? resolveSettings(route, settings, `${where}, route,`) : name;
}

function text(trigger: Binding, field: string, where: string): string {
  const value = trigger[field];
  return typeof value === 'string' ? value : refuse(where, `needs ${field}, a string`);
}

function refuse(where: string, why: string): never {
  throw registrationError(`${where} ${why}`);
}

/** A running timer, HTTP server, or set of links to a queue. */
export interface RunningTrigger {
  /**
   * Accepts no more work, and waits for work in process until the deadline aborts. Then it gives that up: messages are
   * abandoned, connections are cut. Never rejects.
   */
  stop(deadline: AbortSignal): Promise<void>;
}
