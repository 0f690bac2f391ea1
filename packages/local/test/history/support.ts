import type {
  BlobDeleteResponse,
  BlobItem,
  ContainerClient,
  ContainerListBlobsOptions,
} from '@azure/storage-blob';
import type { HistoryOptions } from '../../src/storage/history-settings.ts';
import type { StorageOptions } from '../../src/start-storage.ts';
import { accounts } from '../support/accounts.ts';
import { type TwoAccounts, startTwoAccounts } from '../support/two-accounts.ts';

export const DAY = 24 * 3600 * 1000;

/** Two accounts with these settings of their history. */
export async function startWith(
  history: HistoryOptions,
  options: Partial<StorageOptions> = {},
): Promise<TwoAccounts> {
  return await startTwoAccounts({ accounts: accounts.map((each) => ({ ...each, ...history })), ...options });
}

export async function listed(
  container: ContainerClient,
  options: ContainerListBlobsOptions = {},
): Promise<BlobItem[]> {
  const items: BlobItem[] = [];
  for await (const item of container.listBlobsFlat(options)) items.push(item);
  return items;
}

/** What a listing says of each entry, in one word each: `a v1 current`, by the names of the versions. */
export function shown(items: readonly BlobItem[], names: ReadonlyMap<string, string> = new Map()): string[] {
  const nameOf = (time: string) => names.get(time) ?? time;
  return items.map((item) =>
    [
      item.name,
      item.snapshot && nameOf(item.snapshot),
      item.versionId && nameOf(item.versionId),
      item.isCurrentVersion && 'current',
      item.deleted && 'deleted',
      item.hasVersionsOnly && 'versions-only',
    ]
      .filter(Boolean)
      .join(' '),
  );
}

/** The version ids of writes, named in their order: v1, v2 and so on. */
export function named(...writes: readonly { readonly versionId?: string }[]): Map<string, string> {
  return new Map(writes.map(({ versionId = '' }, index) => [versionId, `v${index + 1}`] as const));
}

/** What the answer to Delete Blob says: nothing is left that could be restored. */
export function isPermanent({ _response: { headers } }: BlobDeleteResponse): boolean {
  return headers.get('x-ms-delete-type-permanent') === 'true';
}

export async function contentOf(client: { downloadToBuffer(): Promise<Buffer> }): Promise<string> {
  return (await client.downloadToBuffer()).toString();
}
