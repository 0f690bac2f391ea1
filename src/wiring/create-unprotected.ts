import type { Acknowledged, UnprotectedPage, UnprotectedRequest } from '../api/unprotected.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
import { within } from '../concurrency/deadline.ts';
import type { Settings } from '../config/settings.ts';
import { browseDeadLetters } from '../deadletter/browse-dead-letters.ts';
import { leftByDeadLetter } from '../deadletter/dead-letter-store.ts';
import { readDocument } from '../documents/change-document.ts';
import { BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { PauseGate } from '../ports/account-decorators.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Reconciler } from '../reconcile/runs/reconciler.ts';
import { createRunHistory } from '../reconcile/runs/run-history.ts';
import { createRunStore } from '../reconcile/runs/run-store.ts';
import { readWaiting } from '../status/read-waiting.ts';
import { WAITING_SCAN, WAITING_SCAN_DOCUMENT } from '../status/waiting-scan.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Ledger } from '../unprotected/ledger.ts';
import { listUnprotected } from '../unprotected/list-unprotected.ts';
import { retryKeys } from '../unprotected/retry-keys.ts';
import { type WiderScope } from '../unprotected/dropped-keys.ts';
import { touchesNamed, updateRecord } from '../unprotected/take-over-run.ts';
import { mirrorDigest } from './mirror-id.ts';
import type { OpenAccounts } from './open-accounts.ts';
import type { OpenQueues } from './open-queues.ts';

/** The keys that are not protected: listed for a user, and checked each minute. */
export interface UnprotectedService {
  readonly list: (request: UnprotectedRequest) => Promise<UnprotectedPage>;
  /** Acknowledges what is on record now: health no longer fails for it. Resolves to how much. */
  readonly acknowledge: () => Promise<Acknowledged>;
  /** Takes the result of the last full sync over, and retries the keys that are due. Does not reject. */
  readonly retry: () => Promise<void>;
}

interface UnprotectedParts {
  readonly accounts: Pick<OpenAccounts, 'scope' | 'core' | 'guard' | 'source' | 'backup'>;
  readonly queues: Pick<OpenQueues, 'events' | 'deadLetters'>;
  readonly documents: DocumentStore;
  readonly ledger: Ledger;
  readonly reconciler: Pick<Reconciler, 'report'>;
  readonly pause: PauseGate;
  /** The other scopes of workers that are at work. Default: none. */
  readonly readScopes?: () => Promise<readonly WiderScope[]>;
}

/** An answer comes without them then. */
const CONTAINERS_WITHIN_MS = 8000;

export function createUnprotected(
  settings: Settings,
  log: Logger,
  { accounts, queues, documents, ledger, reconciler, pause, readScopes }: UnprotectedParts,
): UnprotectedService {
  const { scope } = accounts;
  const now = (): Date => theServiceClock.now();
  const mirror = mirrorDigest(settings);
  const history = createRunHistory(createRunStore(documents, log, mirror, now), mirror);
  const readProof = async () => (await history.read()).proof;
  const { report } = reconciler;

  async function retry(): Promise<void> {
    const document = await updateRecord(
      {
        ledger,
        report,
        mirror,
        touches: (key) => touchesNamed(scope, key),
        ...(readScopes !== undefined && { readScopes }),
      },
      readProof,
    );
    if (document === undefined || document.keys.length === 0) return;
    await accounts.guard();
    await pause.pausedSince(now());
    const { converge } = await accounts.core();
    await retryKeys(
      {
        ledger,
        converge: async (key) => await converge(key),
        includes: (key) => scope.includes(key),
        isPaused: pause.isPaused,
        now,
        log,
      },
      document,
    );
  }

  async function listContainers(): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const account of [accounts.source, accounts.backup])
      for await (const page of account.listContainers())
        for (const name of page) if (scope.includesContainer(name)) names.add(name);
    return [...names];
  }

  return {
    list: async (request) =>
      await listUnprotected(
        {
          documents,
          readProof,
          report,
          readDeadLetters: async function* () {
            for await (const { deadLetter, message } of browseDeadLetters(queues.deadLetters))
              yield {
                id: deadLetter.id,
                deadLetteredAt: deadLetter.deadLetteredAt,
                left: leftByDeadLetter(message, deadLetter, scope),
              };
          },
          readHeld: async () => {
            // What is known of a queue that is too long to be read at once.
            const scan = await readDocument(documents, WAITING_SCAN_DOCUMENT, WAITING_SCAN);
            const waiting = await readWaiting(queues.events.browser, now, {
              scan: scan.state === 'there' ? scan.value : undefined,
            });
            return { ...waiting, changes: waiting.backlog.isComplete ? waiting.backlog.messages : null };
          },
          readContainers: async () =>
            await within(
              CONTAINERS_WITHIN_MS,
              listContainers(),
              () => new BlobmirrorError('storage-unavailable', 'the containers were not listed in time'),
            ),
        },
        request,
      ),
    acknowledge: async () => {
      let acknowledged: Acknowledged = { acknowledged: 0, deadLetters: 0 };
      await ledger.change((draft) => {
        acknowledged = draft.acknowledge();
      });
      return acknowledged;
    },
    retry: async () => {
      try {
        await retry();
      } catch (thrown) {
        const { code, message: detail, hint } = toBlobmirrorError(thrown);
        log.warn('keys that are not protected could not be checked', { code, detail, hint });
      }
    },
  };
}
