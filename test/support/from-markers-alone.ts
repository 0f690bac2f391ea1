import { BlobmirrorError } from '../../src/model/errors.ts';
import type { BlobReader, ListRange } from '../../src/ports/blob-reader.ts';

/** Like a service that cannot start a listing at a path: everything is one page. */
export function fromMarkersAlone<Store extends BlobReader>(store: Store): Store {
  return {
    ...store,
    listBlobs: async function* (container, { after, marker, ...range }: ListRange = {}) {
      if (after !== undefined && marker === undefined)
        throw new BlobmirrorError('listing-start-ignored', 'it begins at the beginning');
      for await (const page of store.listBlobs(container, range)) {
        const at = page.entries.findIndex(({ path }) => path === after);
        yield { ...page, entries: page.entries.slice(at + 1), marker: '' };
      }
    },
  };
}
