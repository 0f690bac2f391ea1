import type { Conditions, Context, MetadataStore } from '../azurite/azurite-model.ts';
import { storageError, validateWriteConditions } from '../azurite/azurite.ts';
import { type Node, isDirectory } from './entry.ts';
import { type Namespace, type NewDocument, PathConflict } from './namespace.ts';

/**
 * Lets the Blob API write where a hierarchical account would: not over directories, nothing below a file, no blocks to
 * what the Data Lake API wrote.
 */
export function guardBlobWrites(
  store: MetadataStore,
  namespace: Namespace,
  nodeOf: (context: Context) => Node | undefined,
): void {
  /** Lets a write pass that leaves directories alone, and says what one that met a directory or file on its way met. */
  const guarded = async <Result>(context: Context, write: () => Result | Promise<Result>): Promise<Result> =>
    withTypeMismatch(context, () => {
      const node = nodeOf(context);
      if (node && isDirectory(node)) throw new PathConflict();
      return write();
    });
  const blocks = async <Result>(context: Context, write: () => Promise<Result>): Promise<Result> => {
    const { kind, writer } = nodeOf(context)?.document.entry ?? {};
    if (kind === 'file' && writer === 'path')
      throw storageError(context, 409, 'InvalidBlobType', 'The blob type is invalid for this operation.');
    return guarded(context, write);
  };

  const createBlob = store.createBlob.bind(store);
  store.createBlob = async (context, blob: NewDocument, ...rest) => {
    if (blob.properties.blobType === 'PageBlob') throw notSupported(context, 'Page blobs are');
    if (blob.blobTags !== undefined) throw notSupported(context, 'Blob tags are');
    if (isFolderStub(blob)) {
      const [, conditions] = rest;
      await store.checkContainerExist(context, blob.accountName, blob.containerName);
      return withTypeMismatch(context, () => putFolderStub(context, namespace, blob, conditions));
    }
    return guarded(context, () => createBlob(context, blob, ...rest));
  };
  const stageBlock = store.stageBlock.bind(store);
  store.stageBlock = async (context, ...rest) => blocks(context, () => stageBlock(context, ...rest));
  const commitBlockList = store.commitBlockList.bind(store);
  store.commitBlockList = async (context, blob, ...rest) => {
    if (blob.blobTags !== undefined) throw notSupported(context, 'Blob tags are');
    return blocks(context, () => commitBlockList(context, blob, ...rest));
  };
  for (const method of ['copyFromURL', 'startCopyFromURL'] as const) {
    const copy = store[method].bind(store);
    store[method] = async (context, ...rest) => guarded(context, () => copy(context, ...rest));
  }
  const deleteBlob = store.deleteBlob.bind(store);
  store.deleteBlob = async (context, ...rest) => {
    const node = nodeOf(context);
    if (node && isDirectory(node) && node.children.size > 0)
      throw storageError(
        context,
        409,
        'DirectoryIsNotEmpty',
        'This operation is not permitted on a non-empty directory.',
      );
    return deleteBlob(context, ...rest);
  };
}

/** What the Blob API answers where a file stands and a directory was meant, or the reverse. */
function typeMismatch(context: Context) {
  return storageError(
    context,
    409,
    'ResourceTypeMismatch',
    'The specified resource type does not match the type of the existing resource.',
  );
}

/** `what`: `Blob tags are` */
export function notSupported(context: Context, what: string) {
  return storageError(
    context,
    409,
    'FeatureNotYetSupportedForHierarchicalNamespaceAccounts',
    `${what} not yet supported for hierarchical namespace accounts.`,
  );
}

/** Answers a conflict in the tree as the Blob API does. */
export async function withTypeMismatch<Result>(
  context: Context,
  act: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof PathConflict ? typeMismatch(context) : error;
  }
}

const mark = 'hdi_isfolder';

/** An empty blob whose metadata says that it is a folder, as clients of flat accounts keep empty ones. */
function isFolderStub({ metadata, properties, entry }: NewDocument): boolean {
  const marks = Object.entries(metadata ?? {}).filter(([name]) => name.toLowerCase() === mark);
  const isFolder = marks.some(([, value]) => value.toLowerCase() === 'true');
  return entry === undefined && properties.contentLength === 0 && isFolder;
}

/**
 * Makes the directory that such a blob becomes in a hierarchical account. Inferred: azcopy makes directories there in
 * this way and sets their access control lists afterwards. Its files may bring such a directory into being first, and it
 * takes a refusal for a failure: so a directory that is there stays with what is in it and takes the metadata, as by
 * Path Create. That, and that the event is that of any other Put Blob, is inferred too.
 *
 * @throws PathConflict where a file is
 */
function putFolderStub(
  context: Context,
  namespace: Namespace,
  { accountName, containerName, name, metadata, properties }: NewDocument,
  conditions: Conditions | undefined,
): void {
  const there = namespace.find(accountName, containerName, name);
  if (there !== undefined && !isDirectory(there)) throw new PathConflict();
  validateWriteConditions(context, conditions, there?.document ?? null);
  const node = namespace.makeDirectory(accountName, containerName, name);
  const own = Object.entries(metadata ?? {}).filter(([each]) => each.toLowerCase() !== mark);
  node.document.metadata = { ...Object.fromEntries(own), [mark]: 'true' };
  Object.assign(node.document.properties, properties, { contentMD5: undefined });
  namespace.changed(node);
}
