import { type DocumentKind, type FoundDocument, parseDocument } from '../model/document-kind.ts';
import type { DocumentStore } from './document-store.ts';

/** Reads a document as one of its kind. @throws BlobmirrorError any storage code */
export async function readDocument<Value>(
  documents: Pick<DocumentStore, 'read'>,
  kind: DocumentKind<Value>,
  name: string,
): Promise<FoundDocument<Value>> {
  return parseDocument(kind, name, await documents.read(name));
}

/**
 * The same where nothing can go on without it. Undefined: there is none.
 *
 * @throws BlobmirrorError `document-damaged`, or any storage code
 */
export async function readWholeDocument<Value>(
  documents: Pick<DocumentStore, 'read'>,
  kind: DocumentKind<Value>,
  name: string,
): Promise<Value | undefined> {
  const found = await readDocument(documents, kind, name);
  if (found.state === 'damaged') throw found.error;
  return found.state === 'there' ? found.value : undefined;
}
