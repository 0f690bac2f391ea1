/**
 * The composition root: settings to adapters to use cases. The only place that makes Azure clients. It holds no logic
 * of its own: what can be decided is decided in a room below.
 */
import { createAzureHintQueue } from '../azure/azure-hint-queue.ts';
import type { Settings } from '../config/settings.ts';
import { handleMessage } from '../intake/handle-message.ts';
import type { IncomingMessage } from '../intake/incoming-message.ts';
import { LooksToCome } from '../intake/looks-to-come.ts';
import type { Mirroring } from '../intake/mirror-hint.ts';
import { LONGEST_WATCH_MS } from '../intake/plan-next-look.ts';
import { insistOnQueue } from '../ports/insist-on-queue.ts';
import { NEVER_PAUSED, type PauseGate } from '../ports/pause-gate.ts';
import { walk } from '../reconcile/walk.ts';
import type { Logger } from '../telemetry/logger.ts';
import { inProcessSpan } from '../telemetry/spans.ts';
import { parseHistory } from '../model/hint-message.ts';
import { connectServiceBus } from './connect-service-bus.ts';
import { type OpenAccounts, openAccounts } from './open-accounts.ts';
import { tellRefusal } from './tell-refusal.ts';
import { traceLook, traceRename } from './trace-steps.ts';

export interface Mirror {
  /** Mirrors what one queue message tells of; rejects when it must be delivered again. */
  handleMessage(message: IncomingMessage): Promise<void>;
  /**
   * Sees whether the two accounts go together.
   * @throws BlobmirrorError `account-kinds-differ`, or any storage code
   */
  checkAccounts(): Promise<void>;
  stop(): Promise<void>;
}

export function createMirror(
  settings: Settings,
  log: Logger,
  accounts: OpenAccounts = openAccounts(settings, log),
  pause: PauseGate = NEVER_PAUSED,
): Mirror {
  const { scope } = accounts;
  const converge: Mirroring['converge'] = async (key, since) =>
    await traceLook(key, async () => await (await accounts.heart()).converge(key, since));
  const intake: Mirroring = {
    scope,
    converge,
    followRename: async (rename) =>
      await traceRename(rename, async () => await (await accounts.heart()).followRename(rename)),
    walk: async (prefix, from, look) =>
      await walk(await accounts.sides(), { prefix, from, look, mustStop: pause.isPaused }),
    watchRules: {
      firstPauseMs: settings.watch.firstPauseMs,
      forMs: Math.min(settings.watch.fullSyncWithinMs ?? Infinity, LONGEST_WATCH_MS),
    },
    looksToCome: new LooksToCome(),
  };

  const serviceBus = connectServiceBus(settings.serviceBus);
  const sender = serviceBus.createSender(settings.eventsQueue);
  const queue = insistOnQueue(createAzureHintQueue(sender), tellRefusal(log));

  return {
    handleMessage: async (message) => {
      const { messageId, deliveryCount, enqueuedTime, applicationProperties } = message;
      const { trace } = parseHistory(applicationProperties, messageId, enqueuedTime);
      const about = { queue: settings.eventsQueue, messageId, deliveryCount, enqueuedTime, trace };
      await inProcessSpan(about, async () => await handleMessage({ ...intake, queue, pause }, log, message));
    },
    checkAccounts: async () => {
      await accounts.isHierarchical();
    },
    stop: async () => {
      await serviceBus.close();
    },
  };
}
