import { createAzureHintQueue } from '../azure/queue/queue-senders.ts';
import type { Settings } from '../config/settings.ts';
import { handleMessage } from '../intake/handle-message.ts';
import type { IncomingMessage } from '../intake/message-chain.ts';
import type { HintContext } from '../intake/mirror-hint.ts';
import { LONGEST_WATCH_MS } from '../intake/plan-key-checks.ts';
import { PendingRechecks } from '../intake/rechecks.ts';
import { parseHistory } from '../model/hint-message.ts';
import type { Key, Rename } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import { NEVER_PAUSED, type PauseGate } from '../ports/pause-gate.ts';
import { retryHintQueue } from '../ports/retry-queues.ts';
import { walkPrefix } from '../reconcile/walk-prefix.ts';
import type { Logger } from '../telemetry/logger.ts';
import { inProcessSpan, inStepSpan } from '../telemetry/spans.ts';
import { connectServiceBus, logSendRefusal } from './connect-service-bus.ts';
import { type OpenAccounts, openAccounts } from './open-accounts.ts';

/**
 * The composition root: settings to adapters to use cases. The only place that makes Azure clients. It holds no logic
 * of its own: what can be decided is decided in a room below.
 */

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
  const converge: HintContext['converge'] = async (key, since) =>
    await traceKeyCheck(key, async () => await (await accounts.core()).converge(key, since));
  const intake: HintContext = {
    scope,
    converge,
    followRename: async (rename) =>
      await traceRename(rename, async () => await (await accounts.core()).followRename(rename)),
    walk: async (prefix, from, look) =>
      await walkPrefix(await accounts.sides(), { prefix, from, converge: look, mustStop: pause.isPaused }),
    watchRules: {
      firstPauseMs: settings.watch.firstPauseMs,
      forMs: Math.min(settings.watch.fullSyncWithinMs ?? Infinity, LONGEST_WATCH_MS),
    },
    pendingRechecks: new PendingRechecks(),
  };

  const serviceBus = connectServiceBus(settings.serviceBus);
  const sender = serviceBus.createSender(settings.eventsQueue);
  const queue = retryHintQueue(createAzureHintQueue(sender), logSendRefusal(log));

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

/** A look at a key, as a step of the trace of its message. */
async function traceKeyCheck(key: Key, look: () => Promise<Verdict>): Promise<Verdict> {
  return await inStepSpan('converge', ofKey(key), look, (verdict) => ({
    'blobmirror.verdict': verdict.verdict,
    ...(verdict.verdict === 'skipped' && { 'blobmirror.reason': verdict.reason }),
    ...(verdict.verdict === 'copied' && { 'blobmirror.bytes': verdict.bytes }),
  }));
}

/** The same for a rename that is followed. */
async function traceRename<Outcome extends string>(
  { to }: Rename,
  follow: () => Promise<Outcome>,
): Promise<Outcome> {
  return await inStepSpan('follow rename', ofKey(to), follow, (outcome) => ({
    'blobmirror.verdict': outcome,
  }));
}

function ofKey({ container, path }: Key): { 'blobmirror.container': string; 'blobmirror.path': string } {
  return { 'blobmirror.container': container, 'blobmirror.path': path };
}
