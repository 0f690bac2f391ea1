import { once } from '../concurrency/coalesce.ts';
import type { OnSendRefused } from '../concurrency/send-with-retry.ts';
import type { Settings } from '../config/settings.ts';
import type { DeadLetterQueue } from '../ports/dead-letter-queue.ts';
import type { HintQueue } from '../ports/work-queues.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { OpenQueues } from './connect-service-bus.ts';

export type { OpenQueues } from './connect-service-bus.ts';

/**
 * Loads the SDK, and connects, when a queue is first used: a worker of Azure Functions gets its messages from the host, and
 * most of them send none.
 */
export function openQueues(settings: Pick<Settings, 'serviceBus' | 'eventsQueue' | 'reconcile'>): OpenQueues {
  let connecting: Promise<OpenQueues> | undefined;
  const queues = once(async () => await (connecting = connect(settings)));

  const hints = (of: 'events' | 'reconcile'): HintQueue => ({
    sendLater: async (...args) => await (await queues())[of].hints.sendLater(...args),
    deadLetter: async (...args) => await (await queues())[of].hints.deadLetter(...args),
  });
  const deadLetters = (of: 'events' | 'reconcile'): DeadLetterQueue => ({
    browse: async function* (...args) {
      yield* (await queues()).deadLetters[of].browse(...args);
    },
    process: async (...args) => await (await queues()).deadLetters[of].process(...args),
  });
  return {
    events: {
      hints: hints('events'),
      browser: {
        browse: async function* (...args) {
          yield* (await queues()).events.browser.browse(...args);
        },
      },
    },
    reconcile: {
      hints: hints('reconcile'),
      shards: { send: async (...args) => await (await queues()).reconcile.shards.send(...args) },
    },
    deadLetters: { events: deadLetters('events'), reconcile: deadLetters('reconcile') },
    close: async () => await (await connecting?.catch(() => undefined))?.close(),
  };
}

async function connect(
  settings: Pick<Settings, 'serviceBus' | 'eventsQueue' | 'reconcile'>,
): Promise<OpenQueues> {
  const { connectQueues } = await import('./connect-service-bus.ts');
  return connectQueues(settings);
}

/** Logs that a queue did not take a message, before the send is retried. */
export function logSendRefusal(log: Logger): OnSendRefused {
  return ({ code, message: detail, hint, context, cause }) => {
    const fields = { code, detail, hint, ...context };
    if (code === 'unexpected')
      log.error('a message could not be sent to its queue', { ...fields, error: cause });
    else log.warn('a queue does not take a message', fields);
  };
}
