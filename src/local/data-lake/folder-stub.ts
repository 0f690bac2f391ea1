import { validateWriteConditions } from '../storage/azurite.ts';
import type { Conditions, Context } from '../storage/azurite-model.ts';
import { isDirectory } from './entry.ts';
import { type Namespace, type NewDocument, PathConflict } from './namespace.ts';

const mark = 'hdi_isfolder';

/** An empty blob whose metadata says that it is a folder, as clients of flat accounts keep empty ones. */
export function isFolderStub({ metadata, properties, entry }: NewDocument): boolean {
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
export function putFolderStub(
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
