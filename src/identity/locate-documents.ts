import type { MirrorId } from '../model/mirror-id.js';
import { documentsPrefix, parseRegistration, registrationName } from '../model/registration.js';
import type { DocumentStore } from '../ports/document-store.js';
import { ownDocuments } from './own-documents.js';
import { hasFormer } from './take-over.js';

/**
 * The documents of a mirror, for those who are no worker and register nothing: its own; or, as long as no worker of this
 * release has taken them over, those that the workers of the release before go by.
 */
export function locateDocuments(store: DocumentStore, id: MirrorId): () => Promise<DocumentStore> {
  const prefix = documentsPrefix(id);
  let located: DocumentStore | undefined;

  return async () => {
    if (located !== undefined) return located;
    const registration = parseRegistration((await store.read(registrationName(id)))?.value);
    // Remembered only then: before, a worker may take over at any moment.
    if (registration !== undefined)
      return (located = ownDocuments(store, { prefix, former: registration.former.runs }));
    return (await hasFormer(store)) ? store : ownDocuments(store, { prefix, former: {} });
  };
}
