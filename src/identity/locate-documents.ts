import type { MirrorId } from '../model/mirror-id.ts';
import { documentsPrefix, REGISTRATION_DOCUMENT, registrationName } from '../model/registration.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { readDocument } from '../ports/read-document.ts';
import { ownDocuments } from './own-documents.ts';
import { hasFormer } from './take-over.ts';

/**
 * The documents of a mirror, for those who are no worker and register nothing: its own; or, as long as no worker of this
 * release has taken them over, those that the workers of the release before go by.
 */
export function locateDocuments(store: DocumentStore, id: MirrorId): () => Promise<DocumentStore> {
  const prefix = documentsPrefix(id);
  let located: DocumentStore | undefined;

  return async () => {
    if (located !== undefined) return located;
    const found = await readDocument(store, REGISTRATION_DOCUMENT, registrationName(id));
    // Remembered only then: before, a worker may take over at any moment.
    if (found.state === 'there')
      return (located = ownDocuments(store, { prefix, former: found.value.former.runs }));
    // A worker has taken them over; which runs of the former release are its own is known when it has registered anew.
    if (found.state === 'damaged') return ownDocuments(store, { prefix, former: {} });
    return (await hasFormer(store)) ? store : ownDocuments(store, { prefix, former: {} });
  };
}
