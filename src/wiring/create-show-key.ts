import { createAzureAccountInspector } from '../azure/account-inspector.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
import type { Settings } from '../config/settings.ts';
import type { ShownKey } from '../api/shown-key.ts';
import { browseDeadLetters } from '../deadletter/browse-dead-letters.ts';
import type { Key } from '../model/key.ts';
import { mapInspector } from '../ports/account-decorators.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { showKey } from '../show/show-key.ts';
import { findRecorded } from '../unprotected/list-unprotected.ts';
import { connectStorage } from './connect-storage.ts';
import type { Reconciler } from './create-reconciliation.ts';
import type { OpenAccounts } from './open-accounts.ts';
import type { OpenQueues } from './open-queues.ts';
import { mirrorDigest } from './mirror-id.ts';

interface ShowKeyParts {
  readonly accounts: Pick<OpenAccounts, 'scope' | 'isHierarchical'>;
  readonly queues: Pick<OpenQueues, 'events' | 'deadLetters'>;
  readonly documents: Pick<DocumentStore, 'read'>;
  readonly reconciler: Pick<Reconciler, 'list' | 'report'>;
}

/**
 * Shows one key. It connects to the accounts by itself, as the status does: the gates of the mirror would delay its
 * requests to an account that is slow or out of reach.
 */
export function createShowKey(
  settings: Settings,
  { accounts, queues, documents, reconciler }: ShowKeyParts,
): (key: Key) => Promise<ShownKey> {
  const { scope, isHierarchical } = accounts;
  const source = createAzureAccountInspector(connectStorage(settings.source));
  const backup = mapInspector(createAzureAccountInspector(connectStorage(settings.backup)), scope);
  return async (key) =>
    await showKey(
      {
        source,
        backup,
        scope,
        policy: settings.policy,
        isHierarchical,
        events: queues.events.browser,
        listDeadLetters: async function* () {
          for await (const { deadLetter } of browseDeadLetters(queues.deadLetters)) yield deadLetter;
        },
        runs: {
          list: async () => await reconciler.list(),
          report: (id) => reconciler.report(id),
          mirror: mirrorDigest(settings),
        },
        findRecorded: async (each) => await findRecorded(documents, each),
        now: () => theServiceClock.now(),
      },
      key,
    );
}
