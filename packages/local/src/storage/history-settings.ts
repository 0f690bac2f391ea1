import type { Containers } from '../store/containers.ts';

/** What an account keeps of what is overwritten or deleted. */
export interface HistoryOptions {
  /** Each write and deletion keeps what was there as a version. Flat accounts only. Default: false. */
  readonly versioning?: boolean;
  /**
   * Days that deleted blobs, snapshots and versions can be restored; 0: not at all. Sets the policy that Set Blob
   * Service Properties sets too. Default: what was set before.
   */
  readonly blobRetentionDays?: number;
  /** Days that deleted containers can be restored. Default: 0, not at all. */
  readonly containerRetentionDays?: number;
  /** Versions can be protected by policies and legal holds: version-level WORM. Takes `versioning`. Default: false. */
  readonly immutability?: boolean;
  /** The default policy of new versions with `immutability`, unlocked: days from their writing. Default: 0, none. */
  readonly immutabilityDays?: number;
  /** A lifecycle rule: previous versions are deleted so many days after they were written. Default: never. */
  readonly deleteVersionsAfterDays?: number;
}

/** The settings of the accounts' history and the clock by which it goes. */
export interface HistorySettings {
  /** Versions are for flat accounts only. */
  readonly isFlat: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  keepsVersions(account: string): boolean;
  /** Days that what is deleted now can be restored; undefined: it is gone at once. */
  blobRetention(account: string): number | undefined;
  /** Days that the default policy protects a new version; undefined: the account has no version-level WORM. */
  immutability(account: string): number | undefined;
  /** Likewise of containers. */
  containerRetention(account: string): number | undefined;
}

export const DAY_MS = 24 * 3600 * 1000;
export const LONGEST_RETENTION_DAYS = 365;
/** Of immutability policies: 400 years. */
const LONGEST_RULE_DAYS = 146_000;

interface DeleteRetentionPolicy {
  readonly enabled?: boolean;
  readonly days?: number;
}

/** @throws RangeError for options that Azure does not have */
export function createHistorySettings(
  accounts: readonly ({ readonly name: string } & HistoryOptions)[],
  containers: Containers,
  isFlat: boolean,
  now: () => number,
): HistorySettings {
  const byName = new Map(accounts.map((account) => [account.name, account] as const));
  for (const account of accounts) {
    checkOptions(account, isFlat);
    const days = account.blobRetentionDays;
    if (days !== undefined) setBlobRetention(containers, account.name, days);
  }
  return {
    isFlat,
    now,
    keepsVersions: (account) => byName.get(account)?.versioning === true,
    blobRetention(account) {
      const properties: { deleteRetentionPolicy?: DeleteRetentionPolicy } =
        containers.serviceProperties(account) ?? {};
      const { enabled, days } = properties.deleteRetentionPolicy ?? {};
      return enabled === true ? days : undefined;
    },
    immutability(account) {
      const { immutability, immutabilityDays = 0 } = byName.get(account) ?? {};
      return immutability === true ? immutabilityDays : undefined;
    },
    containerRetention: (account) => byName.get(account)?.containerRetentionDays || undefined,
  };
}

function setBlobRetention(containers: Containers, accountName: string, days: number): void {
  const deleteRetentionPolicy = days === 0 ? { enabled: false } : { enabled: true, days };
  containers.setServiceProperties(accountName, {
    ...containers.serviceProperties(accountName),
    accountName,
    deleteRetentionPolicy,
  });
}

function checkOptions(
  { name, versioning, ...days }: { readonly name: string } & HistoryOptions,
  isFlat: boolean,
) {
  const refuse = (what: string) => new RangeError(`Storage: account ${name}: ${what}`);
  if (versioning === true && !isFlat) throw refuse('a hierarchical account cannot have versioning');
  const { immutability = false, immutabilityDays = 0 } = days;
  if (immutability && versioning !== true) throw refuse('immutability needs versioning');
  if (immutabilityDays > 0 && !immutability) throw refuse('immutabilityDays needs immutability');
  for (const option of [
    'blobRetentionDays',
    'containerRetentionDays',
    'deleteVersionsAfterDays',
    'immutabilityDays',
  ] as const) {
    const value = days[option] ?? 0;
    const isRetention = option === 'blobRetentionDays' || option === 'containerRetentionDays';
    const most = isRetention ? LONGEST_RETENTION_DAYS : LONGEST_RULE_DAYS;
    if (!Number.isInteger(value) || value < 0 || value > most)
      throw refuse(`${option} should be a whole number of days up to ${most}, not ${String(value)}`);
  }
}
