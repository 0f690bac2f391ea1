import type { Finding } from '../api/finding.ts';
import type { ContainerName } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import type { VersionStatus } from '../model/service-version.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { AccountProbe, QueueProbe } from '../ports/probes.ts';
import { checkClock, checkCopy, checkKinds, checkVersion } from './check-accounts.ts';
import { checkBackup, checkHistory, checkSoftDelete } from './check-backup.ts';
import { checkQueue, checkSubscription } from './check-queues.ts';
import { checkCanary, checkSource } from './check-source.ts';
import { type IdentityNeeds, checkIdentity, checkPause, checkState, checkSwapped } from './check-state.ts';
import { checkWorkers } from './check-workers.ts';
import { chooseProbedContainers } from './try-right.ts';

interface CheckedAccount {
  readonly probe: AccountProbe;
  /** The version of the storage services that requests begin with. */
  readonly newestVersion: string;
  readonly versionStatus: () => VersionStatus;
}

/** A set-up: what is probed, and what the settings need of it. */
export interface SetUp {
  readonly source: CheckedAccount;
  readonly backup: CheckedAccount;
  readonly state: {
    readonly documents: DocumentStore;
    readonly probe: AccountProbe;
    readonly container: ContainerName;
    /** Whether the state is kept in the backup account. */
    readonly isOnBackup: boolean;
  };
  readonly queues: { readonly events: QueueProbe; readonly reconcile: QueueProbe };
  readonly scope: Scope;
  readonly identity: Pick<IdentityNeeds, 'mirror' | 'detectSwap' | 'refuseAnother'>;
  readonly namespace: 'auto' | 'flat' | 'hierarchical';
  readonly needs: {
    readonly tags: boolean;
    /** Access control, on hierarchical accounts. */
    readonly access: boolean;
    /** Whether the backup copies from the source by itself. */
    readonly serverCopy: boolean;
  };
  /** For how many days what ended is to be kept. Undefined when there is no history. */
  readonly historyDays: number | undefined;
  /** The container of the canary. Undefined when it is off. */
  readonly canary: ContainerName | undefined;
  /** Whether the backup can copy a blob of a container of the source into one of its own. */
  readonly probeServerCopy: (containers: {
    readonly from: ContainerName;
    readonly to: ContainerName;
  }) => Promise<boolean>;
  /** When the last change was mirrored within the last hour, by events. */
  readonly readLastMirrored: () => Promise<Date | undefined>;
  /** When each worker that was at work within the last hour last told of itself. */
  readonly readWorkers: () => Promise<readonly { readonly seenAt: Date }[]>;
  readonly readPause: () => Promise<{ readonly since: string; readonly reason?: string } | undefined>;
}

/** Tests a set-up by harmless requests. Findings come as they are made. A failed request is a finding and never rejects. */
export async function* checkSetUp(setUp: SetUp): AsyncGenerator<Finding, void, void> {
  const { source, backup, state, queues, scope, namespace, needs, canary } = setUp;
  const probes = { source: source.probe, backup: backup.probe };
  const identity = { ...setUp.identity, source: source.probe.account, backup: backup.probe.account };
  const swapped = await checkSwapped(identity);
  yield swapped;
  // What follows writes to the accounts.
  if (swapped.status === 'problem') return;

  // First: it makes the container in which the backup is probed.
  yield await checkState(state.documents, state.probe, state.container);
  yield await checkIdentity(identity);
  const sample = await chooseProbedContainers(probes, scope, state.isOnBackup ? state.container : undefined);
  const mayBeHierarchical = namespace !== 'flat' && (await isHierarchical(backup.probe));
  yield* await checkSource(source.probe, {
    tags: needs.tags,
    signs: needs.serverCopy,
    sample: sample.source,
  });
  yield checkVersionOf('source-version', source);
  if (canary !== undefined && sample.isSourceListed) yield await checkCanary(source.probe, canary);
  yield* await checkBackup(backup.probe, {
    tags: needs.tags,
    access: needs.access && mayBeHierarchical,
    sample: sample.backup,
  });
  yield checkVersionOf('backup-version', backup);
  yield await checkKinds(source.probe, backup.probe, namespace);
  const { source: from, backup: to } = sample;
  if (needs.serverCopy && from !== undefined && to !== undefined)
    yield await checkCopy(
      source.probe.account,
      backup.probe.account,
      async () => await setUp.probeServerCopy({ from, to }),
    );
  yield await checkSoftDelete(backup.probe);
  if (setUp.historyDays !== undefined)
    yield await checkHistory(backup.probe, setUp.historyDays, sample.backup);

  yield* await checkQueue(queues.events, 'events');
  yield* await checkQueue(queues.reconcile, 'reconcile');
  yield await checkSubscription(source.probe.account, queues.events.queue, setUp.readLastMirrored);
  yield await checkClock('source-clock', source.probe.account, source.probe.clockAheadMs);
  yield await checkClock('backup-clock', backup.probe.account, backup.probe.clockAheadMs);
  yield await checkClock('queue-clock', queues.events.queue, queues.events.clockAheadMs);
  yield await checkWorkers(state.probe.account, setUp.readWorkers);
  yield await checkPause(state.probe.account, setUp.readPause);
}

function checkVersionOf(check: string, { probe, newestVersion, versionStatus }: CheckedAccount): Finding {
  return checkVersion(check, probe.account, newestVersion, versionStatus());
}

async function isHierarchical(probe: Pick<AccountProbe, 'kind'>): Promise<boolean> {
  try {
    return (await probe.kind()) === 'hierarchical';
  } catch {
    // `checkKinds` reports the error.
    return false;
  }
}
