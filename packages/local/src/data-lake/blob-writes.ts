import type { Conditions, Context } from '../azurite/azurite-model.ts';
import type { MetadataStore } from '../azurite/azurite-stores.ts';
import { storageError, validateWriteConditions } from '../azurite/azurite.ts';
import type { Blob } from '../store/blob.ts';
import type { Store } from '../store/open-store.ts';
import type { Namespace, Node } from './namespace.ts';
import { PathConflict } from './path-error.ts';

/**
 * Refuses writes of the Blob API that a hierarchical account refuses: over directories, below a file, and
 * blocks added to files that the Data Lake API wrote.
 */
export function guardBlobWrites(
  store: MetadataStore,
  rows: Store,
  namespace: Namespace,
  nodeOf: (context: Context) => Node | undefined,
): void {
  /** Runs a write unless it would replace a directory; answers conflicts as the Blob API does. */
  const guarded = async <Result>(context: Context, write: () => Result | Promise<Result>): Promise<Result> =>
    withTypeMismatch(context, () => {
      if (nodeOf(context)?.kind === 'directory') throw new PathConflict();
      return write();
    });
  const blocks = async <Result>(context: Context, write: () => Promise<Result>): Promise<Result> => {
    const { kind, writer } = nodeOf(context) ?? {};
    if (kind === 'file' && writer === 'path')
      throw storageError(context, 409, 'InvalidBlobType', 'The blob type is invalid for this operation.');
    return guarded(context, write);
  };

  const createBlob = store.createBlob.bind(store);
  store.createBlob = async (context, blob: Blob, ...rest) => {
    if (blob.properties.blobType === 'PageBlob') throw notSupported(context, 'Page blobs are');
    if (blob.blobTags !== undefined) throw notSupported(context, 'Blob tags are');
    if (isFolderStub(blob)) {
      const [, conditions] = rest;
      await store.checkContainerExist(context, blob.accountName, blob.containerName);
      return withTypeMismatch(context, () =>
        rows.write(() => putFolderStub(context, namespace, blob, conditions)),
      );
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
    if (node?.kind === 'directory' && namespace.hasChildren(node))
      throw storageError(
        context,
        409,
        'DirectoryIsNotEmpty',
        'This operation is not permitted on a non-empty directory.',
      );
    return deleteBlob(context, ...rest);
  };
}

/** The Blob API's answer when there is a file in place of a directory, or the reverse. */
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

/** Turns a conflict in the tree into the Blob API's error. */
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

/** An empty blob whose metadata marks it as a folder, as clients of flat accounts write for empty folders. */
function isFolderStub({ metadata, properties, writer }: Blob): boolean {
  const marks = Object.entries(metadata ?? {}).filter(([name]) => name.toLowerCase() === mark);
  const isFolder = marks.some(([, value]) => value.toLowerCase() === 'true');
  return writer !== 'path' && properties.contentLength === 0 && isFolder;
}

/**
 * Creates the directory that such a blob becomes in a hierarchical account. Inferred: azcopy creates
 * directories this way and sets their access control lists afterwards. Files in such a directory may have
 * created it before, and azcopy treats a refusal as a failure: so an existing directory keeps its content and
 * takes the metadata, as with Path Create. This, and that the event is that of any other Put Blob, is
 * inferred too.
 *
 * @throws PathConflict when there is a file at the path
 */
function putFolderStub(
  context: Context,
  namespace: Namespace,
  { accountName, containerName, name, metadata, properties }: Blob,
  conditions: Conditions | undefined,
): void {
  const there = namespace.node(accountName, containerName, name);
  if (there?.kind === 'file') throw new PathConflict();
  validateWriteConditions(context, conditions, there ?? null);
  const node = namespace.makeDirectory(accountName, containerName, name);
  const own = Object.entries(metadata ?? {}).filter(([each]) => each.toLowerCase() !== mark);
  node.metadata = { ...Object.fromEntries(own), [mark]: 'true' };
  Object.assign(node.properties, properties, { contentMD5: undefined });
  namespace.changed(node);
}
