import type { ConnectOptions } from '../azure/account/connect-account.ts';
import { createAzureBlobReader } from '../azure/blob-reader.ts';
import { createAzureDocumentStore } from '../azure/documents/document-store.ts';
import { systemSteadyClock } from '../clock/service-clock.ts';
import type { AccountSettings } from '../config/settings.ts';
import { readDocument } from '../documents/change-document.ts';
import { type Admission, createAdmission } from '../identity/admission.ts';
import { type SwapDetection, detectSwappedAccounts } from '../identity/detect-swapped-accounts.ts';
import { deferDocuments, locateDocuments } from '../identity/mirror-documents.ts';
import { REGISTRATION_DOCUMENT, registrationName, toRegistration } from '../identity/registration.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import { createScope } from '../model/scope.ts';
import { type PauseStore, createPauseStore } from '../pause/pause-store.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { connectStorage } from './connect-storage.ts';
import { mirrorIdOf } from './mirror-id.ts';

/** The container of the state, with the documents of all mirrors that share it. */
export function openState(
  { state }: Pick<AccountSettings, 'state'>,
  options?: ConnectOptions,
): DocumentStore {
  return createAzureDocumentStore(connectStorage(state.connection, options), state.container);
}

/**
 * The documents of the mirror with these settings, for a command: it registers no mirror. Until a worker of this release
 * has started, these are the documents of the former one. Writes are refused when the accounts look swapped.
 */
export function openDocuments(
  settings: AccountSettings,
  state: DocumentStore = openState(settings),
  admission: Admission = openAdmission(settings),
): DocumentStore {
  const documents = locateDocuments(state, mirrorIdOf(settings));
  const admitted = async (): Promise<DocumentStore> => {
    await admission.evaluate();
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

/** The pauses of a mirror, for a command: they need neither queue nor app. */
export function openPauseStore(settings: AccountSettings): PauseStore {
  return createPauseStore(openDocuments(settings));
}

const WITHIN_MS = 10_000;
/** It only reads, so a request may be repeated. */
const HASTE = { tries: 2, answerWithinMs: 5000 };

/** Reads the source and the registrations of mirrors at the first call. */
export function openAdmission(settings: AccountSettings): Admission {
  const { source, backup, state, scope } = settings;
  const store = createAzureDocumentStore(connectStorage(state.connection, HASTE), state.container);
  const accounts = { source: source.accountName, backup: backup.accountName };

  async function detect(): Promise<SwapDetection> {
    try {
      if (settings.twoWay || (await wasChecked())) return { kind: 'clear', blobs: 0 };
      const account = connectStorage(source, HASTE);
      const isStateThere = state.connection.accountName === source.accountName;
      const reader = createAzureBlobReader(account);
      return await detectSwappedAccounts({
        source: reader,
        backup: accounts.backup,
        scope: createScope(reader.account, scope),
        registries: [store, ...(isStateThere ? [] : [createAzureDocumentStore(account, state.container)])],
        canaries: scope.canaries?.container,
        withinMs: WITHIN_MS,
      });
    } catch (thrown) {
      return { kind: 'unknown', error: toBlobmirrorError(thrown) };
    }
  }

  /** Whether a worker of this mirror has done so before. */
  async function wasChecked(): Promise<boolean> {
    try {
      const name = registrationName(mirrorIdOf(settings));
      return toRegistration(await readDocument(store, REGISTRATION_DOCUMENT, name))?.lookedAt !== undefined;
    } catch {
      return false;
    }
  }

  return createAdmission(accounts, detect, systemSteadyClock);
}
