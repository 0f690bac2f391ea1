import { createAzureDocuments } from '../azure/azure-documents.ts';
import type { ConnectOptions } from '../azure/connect-account.ts';
import type { AccountSettings } from '../config/settings.ts';
import { deferDocuments } from '../identity/deferred-documents.ts';
import { locateDocuments } from '../identity/locate-documents.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { connectStorage } from './connect-storage.ts';
import { mirrorIdOf } from './mirror-id-of.ts';
import { openAdmission } from './open-admission.ts';

/** The state's container as it is, with the documents of all mirrors that share it. */
export function openState(
  { state }: Pick<AccountSettings, 'state'>,
  options?: ConnectOptions,
): DocumentStore {
  return createAzureDocuments(connectStorage(state.connection, options), state.container);
}

/**
 * The documents of the mirror that has these settings, for a command: it registers nothing, and where no worker of this
 * release has been at work yet, it finds what the former one goes by. Nothing is written where accounts are swapped.
 */
export function openDocuments(settings: AccountSettings, options?: ConnectOptions): DocumentStore {
  const state = openState(settings, options);
  const admission = openAdmission(settings);
  const documents = locateDocuments(state, mirrorIdOf(settings));
  const admitted = async (): Promise<DocumentStore> => {
    await admission.look();
    return await documents();
  };
  const writing = deferDocuments(admitted);
  return {
    ...deferDocuments(documents),
    write: async (name, value, condition) => await writing.write(name, value, condition),
    remove: async (name) => {
      await writing.remove(name);
    },
    openLines: (name) => writing.openLines(name),
  };
}
