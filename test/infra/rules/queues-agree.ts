import { QUEUES } from '@blobmirror/local/connections';
import type { Rule, Messages } from '../rule.ts';
import { registeredFunctions } from '../deployment/registered-functions.ts';
import { toEnvironment } from '../deployment/to-environment.ts';
import { at, resourcesOf, type WalkThrough } from '../deployment/walk-through.ts';
import type { Sources } from '../../../scripts/infra/sources.ts';
import { toMilliseconds } from './to-milliseconds.ts';

/** The longest that Service Bus has. The embedded queues lock for less, since nothing renews for a killed worker. */
const LONGEST_LOCK = 'PT5M';

/**
 * The queues are those that the triggers take from, with the properties that the embedded ones have, and host.json
 * renews a lock for longer than a function may run.
 */
export const queuesAgree: Rule = async ({ walkThroughs, sources }) => {
  const messages: (readonly [string, string])[] = [...ofHostJson(sources)];
  for (const walkThrough of walkThroughs)
    for (const message of await ofWalkThrough(walkThrough)) messages.push([walkThrough.path, message]);
  return messages;
};

async function ofWalkThrough(walkThrough: WalkThrough): Promise<readonly string[]> {
  const made = resourcesOf(walkThrough, 'Microsoft.ServiceBus/namespaces/queues');
  const names = new Set(made.map(({ name }) => name.split('/').at(-1)));
  const env = toEnvironment(walkThrough);
  const taken = (await registeredFunctions(env)).flatMap(({ name, bindings }) =>
    Object.values(bindings)
      .map(({ queueName }) => queueName)
      .filter((queueName) => typeof queueName === 'string')
      .map((queueName) => queueName.replaceAll(/%([^%]+)%/g, (_all, setting: string) => env[setting] ?? ''))
      .filter((queue) => !names.has(queue))
      .map((queue) => `the function ${name} takes from ${queue || 'no queue'}, which nobody makes`),
  );
  const others = [...names].filter((name) => !QUEUES.some((queue) => queue.name === name));
  return [
    ...taken,
    ...others.map((name) => `the queue ${name} is none of the embedded environment`),
    ...QUEUES.flatMap((embedded) => {
      const queue = made.find(({ name }) => name.endsWith(`/${embedded.name}`));
      if (queue === undefined) return [`the queue ${embedded.name} of the embedded environment is not made`];
      const expected = {
        lockDuration: toMilliseconds(LONGEST_LOCK),
        maxDeliveryCount: embedded.maxDeliveryCount,
        defaultMessageTimeToLive: embedded.defaultTimeToLiveMs,
        deadLetteringOnMessageExpiration: embedded.deadLetterOnExpiration,
        requiresDuplicateDetection: true,
        duplicateDetectionHistoryTimeWindow: embedded.duplicateDetectionWindowMs,
        requiresSession: false,
      };
      return Object.entries(expected).flatMap(([property, value]) => {
        const is = at(queue, `properties.${property}`);
        if ((typeof value === 'number' ? toMilliseconds(is) : is) === value) return [];
        return [`the queue ${embedded.name} has ${property} ${JSON.stringify(is)}, which should be ${value}`];
      });
    }),
  ];
}

function ofHostJson(sources: Sources): Messages {
  const { functionTimeout, extensions } = JSON.parse(sources.get('host.json') ?? '{}') as {
    functionTimeout?: string;
    extensions?: { serviceBus?: { maxAutoLockRenewalDuration?: string } };
  };
  const renewal = extensions?.serviceBus?.maxAutoLockRenewalDuration;
  if ((toMilliseconds(renewal) ?? 0) > (toMilliseconds(functionTimeout) ?? Infinity)) return [];
  const message = `maxAutoLockRenewalDuration ${renewal} is not longer than functionTimeout ${functionTimeout}`;
  return [['host.json', message]];
}
