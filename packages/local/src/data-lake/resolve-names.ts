import type { Collection, Database } from '../azurite/azurite-model.ts';
import { type Records, isDirectory, isEntryDocument } from './entry.ts';
import { type Namespace, PathConflict } from './namespace.ts';

/** What no document is called. */
const nothing = '';

/**
 * Makes Azurite's store find its documents through the tree: it goes on asking for account, container and path, and
 * is answered with the document that is there now. What it inserts and removes, the tree learns of.
 */
export function resolveNames(database: Database, namespace: Namespace, records: Records): void {
  resolveBlobs(database, namespace, records);
  const blocks = database.getCollection('$BLOCKS_COLLECTION$');
  const insert = blocks.insert.bind(blocks);
  resolveThroughTree(blocks, 'blobName', namespace);
  blocks.insert = (documents) => {
    for (const block of [documents].flat()) block.blobName = idAt(namespace, block, block.blobName);
    insert(documents);
  };
  const findAndRemove = blocks.findAndRemove.bind(blocks);
  blocks.findAndRemove = (query) => {
    // Those of a whole container go with its files.
    if ('blobName' in query) findAndRemove(query);
  };
}

function resolveBlobs(database: Database, namespace: Namespace, records: Records): void {
  const blobs = database.getCollection('$BLOBS_COLLECTION$');
  resolveThroughTree(blobs, 'name', namespace);
  blobs.insert = (documents) => {
    for (const document of [documents].flat()) {
      // A snapshot has the name of the document that it was made from.
      if (document.snapshot !== '') records.insert(document);
      else namespace.place(document.accountName, document.containerName, document.name, document);
    }
  };
  // Azurite takes one document out only to put its successor in its place.
  blobs.remove = (documents) => {
    for (const document of [documents].flat()) {
      if (isEntryDocument(document) && document.entry.kind === 'directory') throw new PathConflict();
      records.removeOne(document);
    }
  };
  blobs.findAndRemove = (query) => {
    if (!isPlace(query)) return;
    const path: unknown = Reflect.get(query, 'name');
    if (typeof path !== 'string') return namespace.removeContainer(query.accountName, query.containerName);
    const found = blobs.find(query);
    const node = namespace.find(query.accountName, query.containerName, path);
    if (node && found.includes(node.document)) {
      if (isDirectory(node) && node.children.size > 0) throw new PathConflict('it is not empty');
      return namespace.remove(node);
    }
    for (const snapshot of found) records.removeOne(snapshot);
  };
}

interface Place {
  readonly accountName: string;
  readonly containerName: string;
}

function isPlace(query: object): query is Place {
  return (
    'accountName' in query &&
    typeof query.accountName === 'string' &&
    'containerName' in query &&
    typeof query.containerName === 'string'
  );
}

/** Every kind of query goes through `chain`. */
function resolveThroughTree<T>(collection: Collection<T>, field: string, namespace: Namespace): void {
  const chain = collection.chain.bind(collection);
  const toQuery = (query: object): object => {
    const path: unknown = Reflect.get(query, field);
    if (!isPlace(query) || typeof path !== 'string') return query;
    // A file may have been moved in from another container.
    const { accountName: _account, containerName: _container, ...rest } = query;
    return { ...rest, [field]: idAt(namespace, query, path) };
  };
  collection.chain = () => {
    const all = chain();
    return { find: (query, firstOnly) => all.find(toQuery(query), firstOnly) };
  };
}

function idAt(namespace: Namespace, { accountName, containerName }: Place, path: string): string {
  return namespace.find(accountName, containerName, path)?.document.name ?? nothing;
}
