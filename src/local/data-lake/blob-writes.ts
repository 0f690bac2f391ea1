import type { Context, MetadataStore } from '../storage/azurite-model.ts';
import { storageError } from '../storage/storage-error.ts';
import { notSupported, orTypeMismatch } from './blob-errors.ts';
import { type Node, isDirectory } from './entry.ts';
import { isFolderStub, putFolderStub } from './folder-stub.ts';
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
    orTypeMismatch(context, () => {
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
      return orTypeMismatch(context, () => putFolderStub(context, namespace, blob, conditions));
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
