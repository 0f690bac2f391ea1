import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { storeError } from '../../store/store-error.ts';

const date = z.coerce.date();
/** `{"0": 1}` of a Uint8Array, `{"type": "Buffer", "data": [1]}` of a Buffer. What is neither is left out. */
const bytes = z
  .union([
    z.object({ type: z.literal('Buffer'), data: z.array(z.number()) }).transform(({ data }) => data),
    z.record(z.string(), z.number()).transform((members) => Object.values(members)),
  ])
  .transform((values) => Uint8Array.from(values))
  .optional()
  .catch(undefined);
const lease = {
  leaseId: z.string().optional(),
  leaseDurationSeconds: z.number().optional(),
  leaseExpireTime: date.optional(),
  leaseBreakTime: date.optional(),
};
const extent = z.object({ id: z.string(), offset: z.number(), count: z.number() });
const metadata = z.record(z.string(), z.string()).nullish();
const block = z.object({ name: z.string(), size: z.number(), persistency: extent });

const formerContainer = z.object({
  accountName: z.string(),
  name: z.string(),
  properties: z.looseObject({ etag: z.string(), lastModified: date }),
  metadata,
  containerAcl: z.array(z.looseObject({})).nullish(),
  ...lease,
});

const formerBlob = z.object({
  accountName: z.string(),
  containerName: z.string(),
  name: z.string(),
  snapshot: z.string(),
  isCommitted: z.boolean(),
  properties: z.looseObject({
    etag: z.string(),
    lastModified: date,
    creationTime: date.optional(),
    accessTierChangeTime: date.optional(),
    copyCompletionTime: date.optional(),
    contentMD5: bytes,
  }),
  metadata,
  blobTags: z.object({ blobTagSet: z.array(z.object({ key: z.string(), value: z.string() })) }).nullish(),
  persistency: extent.nullish(),
  committedBlocksInOrder: z.array(block).nullish(),
  pageRangesInOrder: z.array(z.object({ start: z.number(), end: z.number(), persistency: extent })).nullish(),
  entry: z
    .object({
      parent: z.string(),
      segment: z.string(),
      kind: z.enum(['file', 'directory']),
      writer: z.enum(['blob', 'path']),
      owner: z.string(),
      group: z.string(),
      acl: z.string(),
      sticky: z.boolean(),
    })
    .optional(),
  ...lease,
});

const formerStaged = block.extend({
  accountName: z.string(),
  containerName: z.string(),
  blobName: z.string(),
});

const formerService = z.looseObject({ accountName: z.string() });

const collections = {
  $SERVICES_COLLECTION$: formerService,
  $CONTAINERS_COLLECTION$: formerContainer,
  $BLOBS_COLLECTION$: formerBlob,
  $BLOCKS_COLLECTION$: formerStaged,
};

type FormerContainer = z.infer<typeof formerContainer>;
export type FormerBlob = z.infer<typeof formerBlob>;

/** The documents of a former release. */
export interface Former {
  readonly services: readonly z.infer<typeof formerService>[];
  readonly containers: readonly FormerContainer[];
  readonly blobs: readonly FormerBlob[];
  readonly staged: readonly z.infer<typeof formerStaged>[];
}

/**
 * The documents of a former release in a folder; undefined when there are none. Its document database lost the types
 * of dates and bytes.
 *
 * @throws StoreError for documents that cannot be read, or of accounts of the other kind
 */
export async function readFormer(folder: string, hierarchical: boolean): Promise<Former | undefined> {
  const file = join(folder, 'blobs.json');
  if (!existsSync(file)) return undefined;
  const former = await parseFormer(file);
  // Snapshots have no entry.
  const isOther = former.blobs.some(
    ({ snapshot, entry }) => snapshot === '' && (entry !== undefined) !== hierarchical,
  );
  if (isOther) throw storeError('other-kind', file);
  return former;
}

async function parseFormer(file: string): Promise<Former> {
  try {
    const document = z
      .object({ collections: z.array(z.object({ name: z.string(), data: z.array(z.unknown()) })) })
      .parse(JSON.parse(await readFile(file, 'utf8')));
    const read = <Name extends keyof typeof collections>(name: Name): z.infer<(typeof collections)[Name]>[] =>
      (document.collections.find((each) => each.name === name)?.data ?? []).map(
        (each) => collections[name].parse(each) as z.infer<(typeof collections)[Name]>,
      );
    return {
      services: read('$SERVICES_COLLECTION$'),
      containers: read('$CONTAINERS_COLLECTION$'),
      blobs: read('$BLOBS_COLLECTION$'),
      staged: read('$BLOCKS_COLLECTION$'),
    };
  } catch (cause) {
    throw storeError('former', file, cause);
  }
}
