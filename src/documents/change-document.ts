import {
  type DocumentKind,
  type FoundDocument,
  isTooNew,
  parseDocument,
  toDocument,
} from './document-kind.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';

/** Reads a document of this kind. @throws BlobmirrorError any storage code */
export async function readDocument<Value>(
  documents: Pick<DocumentStore, 'read'>,
  kind: DocumentKind<Value>,
  name: string,
): Promise<FoundDocument<Value>> {
  return parseDocument(kind, name, await documents.read(name));
}

/**
 * Like `readDocument`, for a caller that cannot continue with a damaged document. Undefined: there is none.
 *
 * @throws BlobmirrorError `document-damaged`, `document-too-new`, or any storage code
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

/** Creates a document. False: there is one already. @throws BlobmirrorError any storage code */
export async function createDocument<Value extends object>(
  documents: Pick<DocumentStore, 'write'>,
  kind: DocumentKind<Value>,
  name: string,
  value: Value,
): Promise<boolean> {
  return (await documents.write(name, toDocument(kind, value), { nothingThere: true })) === 'written';
}

export interface ChangedDocument<Value, Changed extends Value | undefined> {
  /** Before the change. */
  readonly found: FoundDocument<Value>;
  /** After the change; undefined when nothing was changed. */
  readonly changed: Changed;
}

const MAX_ATTEMPTS = 20;

/**
 * Changes a document by compare-and-swap. `toChanged` is called once per attempt, and returns undefined to
 * leave the document unchanged. A damaged document is replaced by what `toChanged` returns; its `before` is
 * undefined, like that of a missing one.
 *
 * @throws BlobmirrorError `race-lost` after `attempts`, `document-too-new`, or any storage code; and what
 * `toChanged` throws
 */
export async function changeDocument<Value extends object, Changed extends Value | undefined>(
  documents: Pick<DocumentStore, 'read' | 'write'>,
  kind: DocumentKind<Value>,
  name: string,
  toChanged: (before: Value | undefined, found: FoundDocument<Value>) => Changed | Promise<Changed>,
  attempts = MAX_ATTEMPTS,
): Promise<ChangedDocument<Value, Changed>> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const stored = await documents.read(name);
    const found = parseDocument(kind, name, stored);
    if (found.state === 'damaged' && isTooNew(found)) throw found.error;
    const changed = await toChanged(found.state === 'there' ? found.value : undefined, found);
    if (changed === undefined) return { found, changed };
    const document = toDocument(kind, changed);
    if ((await documents.write(name, document, stored ?? { nothingThere: true })) === 'written')
      return { found, changed };
  }
  throw new BlobmirrorError(
    'race-lost',
    `the document ${name} kept changing; gave up after ${attempts} attempts`,
  );
}
