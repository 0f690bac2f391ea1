import { waitAtMost } from '../concurrency/deadline.ts';
import type { Settings } from '../config/settings.ts';
import { type IncomingMessage, type TriggerContext, fromTrigger } from '../intake/incoming-message.ts';
import { handleMessage } from '../intake/handle-message.ts';
import type { HintContext } from '../intake/mirror-hint.ts';
import { PendingRechecks } from '../intake/pending-rechecks.ts';
import { LONGEST_WATCH_MS } from '../intake/rechecks.ts';
import { deadLetterUnsendable } from '../intake/settle-failure.ts';
import { parseHistory } from '../model/hint-message.ts';
import type { Key, Rename } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import type { PauseGate } from '../ports/account-decorators.ts';
import type { UnprotectedKeys } from '../ports/unprotected-keys.ts';
import { retryHintQueue } from '../ports/retry-queues.ts';
import { walkPrefix } from '../reconcile/walk-prefix.ts';
import type { Logger } from '../telemetry/logger.ts';
import { inProcessSpan, inStepSpan } from '../telemetry/spans.ts';
import type { OpenAccounts } from './open-accounts.ts';
import { logSendRefusal, type OpenQueues } from './open-queues.ts';

/** Events of the source, mirrored. */
export interface Mirror {
  /** Handles one message of the events queue. Rejects when it must be delivered again. */
  handleMessage(message: IncomingMessage): Promise<void>;
  /** The same for a message as a Service Bus trigger hands it over. */
  handleTrigger(body: unknown, context: TriggerContext): Promise<void>;
  /** @throws BlobmirrorError `account-kinds-differ`, or any storage code */
  checkAccounts(): Promise<void>;
}

interface MirrorParts {
  readonly accounts: OpenAccounts;
  readonly queues: Pick<OpenQueues, 'events'>;
  readonly pause: PauseGate;
  readonly unprotected: UnprotectedKeys;
}

/** How old the names of unprotected keys may be while messages come. */
const NAMES_MAX_AGE_MS = 60_000;
const FIRST_NAMES_WITHIN_MS = 2_000;
const READ = Promise.resolve();

export function createMirror(
  settings: Pick<Settings, 'eventsQueue' | 'watch'>,
  log: Logger,
  { accounts, queues, pause, unprotected }: MirrorParts,
): Mirror {
  const { scope } = accounts;
  const converge: HintContext['converge'] = async (key, since) =>
    await traceKeyCheck(key, async () => await (await accounts.core()).converge(key, since));
  const intake: HintContext = {
    scope,
    converge,
    followRename: async (rename) =>
      await traceRename(rename, async () => await (await accounts.core()).followRename(rename)),
    walk: async (prefix, from, check) =>
      await walkPrefix(await accounts.sides(), { prefix, from, converge: check, mustStop: pause.isPaused }),
    watchRules: {
      firstPauseMs: settings.watch.firstPauseMs,
      forMs: Math.min(settings.watch.fullSyncWithinMs ?? Infinity, LONGEST_WATCH_MS),
    },
    pendingRechecks: new PendingRechecks(),
    unprotected,
  };
  let namesUntil = -Infinity;
  let firstNames: Promise<unknown> | undefined;

  const queue = deadLetterUnsendable(retryHintQueue(queues.events.hints, logSendRefusal(log)), log, {
    unprotected,
    scope,
  });

  /**
   * In the background, but for the first messages of a process, which wait a little. A key whose record is not known here
   * stays on record until its next retry.
   */
  async function refreshNames(): Promise<void> {
    const now = performance.now();
    if (now >= namesUntil) {
      namesUntil = now + NAMES_MAX_AGE_MS;
      const names = unprotected.refresh().catch(() => undefined);
      firstNames ??= waitAtMost(FIRST_NAMES_WITHIN_MS, names).then(() => (firstNames = READ));
    }
    if (firstNames !== READ) await firstNames;
  }

  async function handle(message: IncomingMessage): Promise<void> {
    await refreshNames();
    const { messageId, deliveryCount, enqueuedTime, applicationProperties } = message;
    const { trace } = parseHistory(applicationProperties, messageId, enqueuedTime);
    const about = { queue: settings.eventsQueue, messageId, deliveryCount, enqueuedTime, trace };
    await inProcessSpan(about, async () => await handleMessage({ ...intake, queue, pause }, log, message));
  }

  return {
    handleMessage: handle,
    handleTrigger: async (body, context) => await handle(fromTrigger(body, context)),
    checkAccounts: async () => {
      await accounts.isHierarchical();
    },
  };
}

/** A check of a key, as a span of the trace of its message. */
async function traceKeyCheck(key: Key, check: () => Promise<Verdict>): Promise<Verdict> {
  return await inStepSpan('converge', ofKey(key), check, (verdict) => ({
    'blobmirror.verdict': verdict.verdict,
    ...(verdict.verdict === 'skipped' && { 'blobmirror.reason': verdict.reason }),
    ...(verdict.verdict === 'copied' && { 'blobmirror.bytes': verdict.bytes }),
  }));
}

/** The same for a rename. */
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
