/** The access tier of a blob, as far as it is known. */
export interface TierState {
  /** The one that was set on this very blob; the one it is on its way to while it is rehydrated. */
  readonly tier?: string | undefined;
  /** The one that it has by default, where none was set on it. */
  readonly inferredTier?: string | undefined;
}

/**
 * Whether a blob is on a tier already. To set the one that it has by default would change nothing, and a service may go on
 * saying that it is inferred: Azure/Azurite#2038, microsoft/AzureStorageExplorer#3082.
 */
export function isOnTier({ tier, inferredTier }: TierState, wanted: string): boolean {
  return (tier ?? inferredTier) === wanted;
}
