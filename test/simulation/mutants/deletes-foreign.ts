import { parseEtag } from '../../../src/model/etag.ts';
import type { ListedBlob } from '../../../src/ports/blob-reader.ts';
import { spoilPorts } from './mutant.ts';

/** Against invariant 14: what the source lacks is deleted, foreign blobs included. */
export const deletesForeign = spoilPorts(({ policy }) => ({ policy: { ...policy, foreign: 'delete' } }));

/** Against invariant 14: a directory is deleted as a whole, whatever is below it. */
export const blindBelowDirectory = spoilPorts(({ source, backup }) => {
  const stamp = { account: source.account, etag: parseEtag('0x0'), lastModified: new Date(0) };
  return {
    backup: {
      ...backup,
      listBlobs: async function* (container, range) {
        for await (const page of backup.listBlobs(container, range))
          yield { ...page, entries: page.entries.map((entry): ListedBlob => ({ ...entry, stamp })) };
      },
    },
  };
});
