import { createAzureBackup } from '../azure/azure-backup.ts';
import { createAzureReader } from '../azure/azure-reader.ts';
import type { Account } from '../azure/connect-account.ts';
import type { StorageConnection } from '../config/connections.ts';
import type { Settings } from '../config/settings.ts';
import { ERRORS } from '../model/errors.ts';
import { createScope, type Scope } from '../model/scope.ts';
import type { VersionStatus } from '../model/service-version.ts';
import { type OpenHeart, openHeart } from '../mirror/open-heart.ts';
import type { Policy } from '../mirror/policy.ts';
import { AdaptiveGate } from '../ports/adaptive-gate.ts';
import { mapContainers } from '../ports/map-containers.ts';
import { capRequests } from '../ports/request-cap.ts';
import { throttleBackup, throttleReader } from '../ports/throttle.ts';
import type { BackupStore } from '../ports/backup-store.ts';
import type { BlobReader } from '../ports/blob-reader.ts';
import type { Sides } from '../reconcile/sides.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createKindCheck } from './account-kinds.ts';
import { connectStorage } from './connect-storage.ts';
import type { Identity } from './open-identity.ts';

/** The two accounts and the heart between them: one of each in a process, since gates and flights are shared in it. */
export interface OpenAccounts {
  readonly scope: Scope;
  readonly source: BlobReader;
  /** Its containers have the names that they have at the source. */
  readonly backup: BackupStore;
  /** @throws BlobmirrorError `account-kinds-differ`, or any storage code */
  isHierarchical(): Promise<boolean>;
  /** @throws BlobmirrorError `accounts-swapped`, `mirror-name-taken` or `queue-taken`, while the settings must not be worked under */
  guard(): Promise<void>;
  /** For what deletes on the word of a listing. @throws BlobmirrorError `accounts-swapped`, or any storage code */
  mayDelete(): Promise<void>;
  /** @throws BlobmirrorError as `isHierarchical`; `accounts-swapped`, `mirror-name-taken` or `queue-taken` */
  heart(): Promise<OpenHeart>;
  /** @throws BlobmirrorError as `heart` */
  sides(): Promise<Sides>;
}

export interface AccountOptions {
  /** Whether long copies should be left where they are. */
  readonly isPaused?: () => boolean;
  /** Whether the accounts may be worked on at all. */
  readonly identity?: Pick<Identity, 'guard' | 'mayDelete'>;
}

export function openAccounts(
  settings: Settings,
  log: Logger,
  { isPaused, identity }: AccountOptions = {},
): OpenAccounts {
  const rates = settings.maxRequestsPerSecond;
  const sourceAccount = connectCapped(settings.source, rates.source);
  const backupAccount = connectCapped(settings.backup, rates.backup);
  for (const { name, spokenVersion } of [sourceAccount, backupAccount])
    spokenVersion.onRefused((status) => tellVersion(log, name, status));
  const gates = {
    source: new AdaptiveGate({ account: sourceAccount.name }),
    backup: new AdaptiveGate({ account: backupAccount.name }),
  };
  const onStartIgnored = (account: Account) => (): void =>
    log.warn('the account ignores where a listing is to begin: full syncs resume by the marker of a page', {
      code: 'listing-start-ignored',
      account: account.name,
      hint: 'A service older than version 2026-02-06 does so. Its containers are walked by one worker each.',
    });
  const source = throttleReader(
    createAzureReader(sourceAccount, onStartIgnored(sourceAccount)),
    gates.source,
  );
  let hasTiers = true;
  const onNoTiers = (): void => {
    hasTiers = false;
    log.warn('the backup account has no access tiers: blobs are mirrored without', {
      account: backupAccount.name,
      hint: 'BLOBMIRROR_TIER=none says so from the start',
    });
  };
  const policy = policyWhere(settings.policy, () => hasTiers);
  const scope = createScope(source.account, settings.scope);
  const backup = mapContainers(
    throttleBackup(
      createAzureBackup(backupAccount, sourceAccount, settings.copy, isPaused, {
        onNoTiers,
        onStartIgnored: onStartIgnored(backupAccount),
      }),
      gates,
    ),
    scope,
  );
  const isHierarchical = createKindCheck(sourceAccount, backupAccount, settings);
  const guard = async (): Promise<boolean> => {
    await identity?.guard();
    return await isHierarchical();
  };
  let opened: OpenHeart | undefined;
  return {
    scope,
    source,
    backup,
    isHierarchical,
    guard: async () => await identity?.guard(),
    mayDelete: async () => await identity?.mayDelete(),
    heart: async () => {
      const hierarchical = await guard();
      return (opened ??= openHeart(
        { source, backup, policy },
        { hierarchical, takesAllBelow: (directory) => scope.takesAllBelow(directory) },
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

/** What the settings say, but for tiers once the account turned out to have none. */
function policyWhere(policy: Policy, hasTiers: () => boolean): Policy {
  return {
    ...policy,
    get tier() {
      return hasTiers() ? policy.tier : 'none';
    },
  };
}

function tellVersion(log: Logger, account: string, { refused, spoken, isRefusedWhole }: VersionStatus): void {
  const code = 'service-version-refused';
  const fields = { code, account, refused, spoken };
  if (isRefusedWhole)
    log.error('the account refuses every version of the storage services that it was asked by', {
      ...fields,
      hint: ERRORS[code].hint,
    });
  else
    log.warn('the account refuses a version of the storage services, and is asked by an older one', fields);
}

function connectCapped(connection: StorageConnection, perSecond: number | undefined): Account {
  if (perSecond === undefined) return connectStorage(connection);
  return connectStorage(connection, { tries: 1, cap: capRequests(connection.accountName, perSecond) });
}
