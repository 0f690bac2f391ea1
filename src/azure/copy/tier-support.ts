import { BlobmirrorError } from '../../model/errors.ts';

/** Whether an account has access tiers: one of general purpose v1 and most premium ones have none. */
export interface TierSupport {
  isMissing(): boolean;
  /**
   * Does a write that names a tier, and again without where the account has none.
   *
   * @throws what the write throws
   */
  try<Result>(
    tier: string | undefined,
    write: (tier: string | undefined) => Promise<Result>,
  ): Promise<Result>;
}

/** As seen in Azure/azure-sdk-for-net#48742; the older operation named a query parameter (Azure/azure-cli#10630). */
export const NO_TIERS: ReadonlySet<unknown> = new Set([
  'BlobAccessTierNotSupportedForAccountType',
  'AccessTierNotSupportedForAccountType',
]);

/** Learned from the first refusal, for as long as the process lives: `onMissing` is called then, and once. */
export function createTierSupport(onMissing: () => void): TierSupport {
  let isMissing = false;
  return {
    isMissing: () => isMissing,
    try: async (tier, write) => {
      if (tier === undefined || isMissing) return await write(undefined);
      try {
        return await write(tier);
      } catch (error) {
        if (!(error instanceof BlobmirrorError) || !NO_TIERS.has(error.context['service'])) throw error;
        if (!isMissing) onMissing();
        isMissing = true;
        return await write(undefined);
      }
    },
  };
}
