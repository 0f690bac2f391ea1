import { createAzureDocuments } from '../azure/azure-documents.js';
import type { Settings } from '../config/settings.js';
import type { DocumentStore } from '../ports/document-store.js';
import { connectStorage } from './connect-storage.js';

/** What the app knows of itself: documents in the state's container. */
export function openDocuments({ state }: Pick<Settings, 'state'>): DocumentStore {
  return createAzureDocuments(connectStorage(state.connection), state.container);
}
