import type { Collection, Database } from '../azurite/azurite-model.ts';
import { type Records, isDirectory, isEntryDocument } from './entry.ts';
import { type Namespace, PathConflict } from './namespace.ts';

/** A name that no document has. */
const nothing = '';

/**
 * Makes Azurite's store find its documents through the tree: Azurite still asks by account, container and
 * path, and gets the document that is at that path now. Its inserts and removals update the tree.
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
    // The staged blocks of a whole container are deleted with its files.
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
  // Azurite removes a single document only to replace it.
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

/** Every kind of query uses `chain`. */
function resolveThroughTree<T>(collection: Collection<T>, field: string, namespace: Namespace): void {
  const chain = collection.chain.bind(collection);
  const toQuery = (query: object): object => {
    const path: unknown = Reflect.get(query, field);
    if (!isPlace(query) || typeof path !== 'string') return query;
    // The file may have been moved here from another container.
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
