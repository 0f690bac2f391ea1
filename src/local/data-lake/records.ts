import type { BlobDocument, BlockDocument, Collection, Database } from '../storage/azurite-model.ts';
import type { EntryDocument } from './entry.ts';

/** Azurite's stored documents by their stored names, the ids, past the resolving of paths. */
export interface Records {
  readonly all: readonly BlobDocument[];
  /** A file with its snapshots, in no order. */
  versions(name: string): readonly BlobDocument[];
  insert(document: BlobDocument): void;
  /** Says that a document was changed in place. */
  changed(document: EntryDocument): void;
  /** Takes one document out. */
  take(document: BlobDocument): void;
  /** The content that was written to a file and is not part of it yet. */
  staged(name: string): readonly BlockDocument[];
  stage(part: BlockDocument): void;
  unstage(parts: readonly BlockDocument[]): void;
  /** Takes files and directories out for good, with their snapshots and staged content. */
  drop(documents: readonly EntryDocument[]): void;
}

/** From so many on, sorting the indexes again once is cheaper than keeping them sorted. */
const batch = 200;

/** Must be called before names are resolved. */
export function openRecords(database: Database): Records {
  const blobs = database.getCollection('$BLOBS_COLLECTION$');
  const blocks = database.getCollection('$BLOCKS_COLLECTION$');
  const insert = blobs.insert.bind(blobs);
  const update = blobs.update.bind(blobs);
  const remove = blobs.remove.bind(blobs);
  const byName = rawFind(blobs);
  const blocksByName = rawFind(blocks);
  const stage = blocks.insert.bind(blocks);
  const removeBlock = blocks.remove.bind(blocks);
  const staged = (name: string) => blocksByName({ blobName: name });
  const unstage = (parts: readonly BlockDocument[]) => {
    for (const part of parts) removeBlock(part);
  };
  return {
    all: blobs.data,
    versions: (name) => byName({ name }),
    insert,
    changed: update,
    take: remove,
    staged,
    stage,
    unstage,
    drop(documents) {
      for (const { name } of documents) unstage(staged(name));
      const gone = documents.flatMap(({ name }) => byName({ name }));
      if (gone.length >= batch) remove(gone);
      else for (const document of gone) remove(document);
    },
  };
}

function rawFind<T>(collection: Collection<T>): (query: object) => T[] {
  const chain = collection.chain.bind(collection);
  return (query) => chain().find(query).data();
}
