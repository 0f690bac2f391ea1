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

/** What makes a function run, with every setting resolved. */
export type Trigger = ServiceBusTrigger | TimerTrigger | HttpTrigger;

interface OfFunction {
  readonly registered: RegisteredFunction;
  readonly name: string;
  /** The name of the trigger binding, which the library makes up. */
  readonly binding: string;
}

export interface ServiceBusTrigger extends OfFunction {
  readonly type: 'serviceBusTrigger';
  readonly queue: string;
  readonly connection: ServiceBusConnection;
  /** Undefined: as host.json says. */
  readonly autoComplete: boolean | undefined;
  /** The handler wants the body as bytes. */
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
 * Reads the bindings of a registered function. What the host cannot run as Azure would is refused here rather than
 * run differently.
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
      // For a queue Azure takes a retry policy and ignores it; for a timer it would retry.
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
  if (trigger['isSessionsEnabled'] === true) refuse(where, 'asks for sessions, which this host does not run');
  if (trigger['sdkBinding'] === true) refuse(where, 'asks for sdkBinding, which this host does not run');
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

/** Without a route the function's name is the route. */
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

/** A trigger at work: a timer, the HTTP server, the links to a queue. */
export interface RunningTrigger {
  /**
   * Takes no more work at once, then waits for what is in hand until the deadline aborts; after that it lets go of
   * it as the trigger can (a message goes back to its queue, a connection is cut). Never throws.
   */
  stop(deadline: AbortSignal): Promise<void>;
}
