import { type Account, readAccountKind } from '../azure/account/connect-account.ts';
import { createAzureBackupStore } from '../azure/backup-store.ts';
import { createAzureHistoryStore } from '../azure/history/history-store.ts';
import { keepHistory } from '../history/keep-history.ts';
import { createAzureBlobReader } from '../azure/blob-reader.ts';
import { AdaptiveGate } from '../concurrency/adaptive-gate.ts';
import { capRequests } from '../concurrency/request-cap.ts';
import type { StorageConnection } from '../config/connections.ts';
import type { Settings } from '../config/settings.ts';
import { type MirrorCore, createMirrorCore } from '../mirror/mirror-core.ts';
import type { Policy } from '../mirror/policy.ts';
import { BlobmirrorError, ERRORS } from '../model/errors.ts';
import { type Scope, createScope } from '../model/scope.ts';
import type { VersionStatus } from '../model/service-version.ts';
import type { BackupStore } from '../ports/backup-store.ts';
import type { BlobReader } from '../ports/blob-reader.ts';
import { NOTHING_RECORDED, type UnprotectedKeys } from '../ports/unprotected-keys.ts';
import { mapContainers, throttleBackup, throttleReader } from '../ports/account-decorators.ts';
import type { ComparedAccounts } from '../reconcile/slice.ts';
import type { Logger } from '../telemetry/logger.ts';
import { connectStorage } from './connect-storage.ts';
import type { Identity } from './open-identity.ts';

/** The two accounts and the mirror core. One of each in a process: it limits requests and coalesces checks of a key. */
export interface OpenAccounts {
  readonly scope: Scope;
  readonly source: BlobReader;
  /** Its containers go by their names at the source. */
  readonly backup: BackupStore;
  /** @throws BlobmirrorError `account-kinds-differ`, or any storage code */
  isHierarchical(): Promise<boolean>;
  /** @throws BlobmirrorError `accounts-swapped`, `mirror-name-taken` or `queue-taken` */
  guard(): Promise<void>;
  /** Before deleting what a listing of the source lacks. @throws BlobmirrorError `accounts-swapped`, or any storage code */
  mayDelete(): Promise<void>;
  /** @throws BlobmirrorError as `isHierarchical`; `accounts-swapped`, `mirror-name-taken` or `queue-taken` */
  core(): Promise<MirrorCore>;
  /** @throws BlobmirrorError as `core` */
  sides(): Promise<ComparedAccounts>;
}

export interface AccountOptions {
  /** Whether a long copy should stop at its next block. */
  readonly isPaused?: () => boolean;
  /** Refuses work while the accounts look swapped or another mirror is in the way. */
  readonly identity?: Pick<Identity, 'guard' | 'mayDelete'>;
  /** Cleared of each key that a check finds in step. */
  readonly unprotected?: Pick<UnprotectedKeys, 'named' | 'clear'>;
}

export function openAccounts(
  settings: Settings,
  log: Logger,
  { isPaused, identity, unprotected = NOTHING_RECORDED }: AccountOptions = {},
): OpenAccounts {
  const rates = settings.maxRequestsPerSecond;
  const sourceAccount = connectCapped(settings.source, rates.source);
  const backupAccount = connectCapped(settings.backup, rates.backup);
  for (const { name, negotiatedVersion: spokenVersion } of [sourceAccount, backupAccount])
    spokenVersion.onRefused((status) => logVersionRefusal(log, name, status));
  const gates = {
    source: new AdaptiveGate({ account: sourceAccount.name }),
    backup: new AdaptiveGate({ account: backupAccount.name }),
  };
  const onStartIgnored = (account: Account) => (): void =>
    log.warn('the account ignores the start of a listing; full syncs resume by page markers', {
      code: 'listing-start-ignored',
      account: account.name,
      hint: 'Services older than version 2026-02-06 do. Each container is listed by one worker.',
    });
  const source = throttleReader(
    createAzureBlobReader(sourceAccount, onStartIgnored(sourceAccount)),
    gates.source,
  );
  let hasTiers = true;
  const onNoTiers = (): void => {
    hasTiers = false;
    log.warn('the backup account has no access tiers; blobs are mirrored without them', {
      account: backupAccount.name,
      hint: 'Set BLOBMIRROR_TIER=none.',
    });
  };
  const policy = policyWhere(settings.policy, () => hasTiers);
  const scope = createScope(source.account, settings.scope);
  const store = createAzureBackupStore(backupAccount, sourceAccount, settings.copy, isPaused, {
    onNoTiers,
    onStartIgnored: onStartIgnored(backupAccount),
  });
  const kept =
    settings.history === undefined ? store : keepHistory(store, createAzureHistoryStore(backupAccount));
  const backup = mapContainers(throttleBackup(kept, gates), scope);
  const isHierarchical = createKindCheck(sourceAccount, backupAccount, settings);
  const guard = async (): Promise<boolean> => {
    await identity?.guard();
    return await isHierarchical();
  };
  let opened: MirrorCore | undefined;
  return {
    scope,
    source,
    backup,
    isHierarchical,
    guard: async () => await identity?.guard(),
    mayDelete: async () => await identity?.mayDelete(),
    core: async () => {
      const hierarchical = await guard();
      return (opened ??= createMirrorCore(
        { source, backup, policy },
        { hierarchical, takesAllBelow: (directory) => scope.takesAllBelow(directory), unprotected },
      ));
    },
    sides: async () => ({
      source,
      backup,
      scope,
      hierarchical: await guard(),
      policy,
    }),
  };
}

/** Hierarchical accounts keep no versions, and nothing else keeps what ends there: so nothing is mirrored as if it were kept. */
function noHistoryOfTrees(days: number): BlobmirrorError {
  return new BlobmirrorError(
    'setting-invalid',
    `BLOBMIRROR_HISTORY is ${days}d, and the accounts are hierarchical, of which there is no history; it should be off`,
  );
}

/** The policy of the settings, with tier `none` once the backup has refused tiers. */
function policyWhere(policy: Policy, hasTiers: () => boolean): Policy {
  return {
    ...policy,
    get tier() {
      return hasTiers() ? policy.tier : 'none';
    },
  };
}

function logVersionRefusal(
  log: Logger,
  account: string,
  { refused, spoken, isRefusedWhole }: VersionStatus,
): void {
  const code = 'service-version-refused';
  const fields = { code, account, refused, spoken };
  if (isRefusedWhole)
    log.error('the account refuses every version of the storage services that this release supports', {
      ...fields,
      hint: ERRORS[code].hint,
    });
  else log.warn('the account refuses a version of the storage services; an older one is used', fields);
}

function connectCapped(connection: StorageConnection, perSecond: number | undefined): Account {
  if (perSecond === undefined) return connectStorage(connection);
  return connectStorage(connection, { tries: 1, cap: capRequests(connection.accountName, perSecond) });
}

/**
 * Whether both accounts have a hierarchical namespace. The answer is kept; after an error, the next call asks again.
 *
 * @throws BlobmirrorError `account-kinds-differ`, `setting-invalid` for a history of hierarchical accounts, or any storage code
 */
function createKindCheck(
  source: Account,
  backup: Account,
  { namespace, history }: Pick<Settings, 'namespace' | 'history'>,
): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined;
  const ask = async (): Promise<boolean> => {
    const [ofSource, ofBackup] = await Promise.all([source, backup].map(readAccountKind));
    if (ofSource === ofBackup) return ofSource === 'hierarchical';
    throw new BlobmirrorError(
      'account-kinds-differ',
      `the source ${source.name} is ${ofSource} and the backup ${backup.name} is ${ofBackup}; the backup should be ${ofSource}`,
    );
  };
  const answered = async (): Promise<boolean> => {
    if (namespace !== 'auto') return namespace === 'hierarchical';
    answer ??= ask();
    try {
      return await answer;
    } catch (error) {
      answer = undefined;
      throw error;
    }
  };
  return async () => {
    const isHierarchical = await answered();
    if (isHierarchical && history !== undefined) throw noHistoryOfTrees(history.days);
    return isHierarchical;
  };
}
