import { createAzureDocuments } from '../azure/azure-documents.ts';
import { createAzureReader } from '../azure/azure-reader.ts';
import type { AccountSettings } from '../config/settings.ts';
import { type Admission, createAdmission } from '../identity/admission.ts';
import { type Seen, seeSwapped } from '../identity/see-swapped.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import { REGISTRATION_DOCUMENT, registrationName, toRegistration } from '../model/registration.ts';
import { createScope } from '../model/scope.ts';
import { systemClock } from '../ports/clock.ts';
import { readDocument } from '../ports/read-document.ts';
import { connectStorage } from './connect-storage.ts';
import { mirrorIdOf } from './mirror-id-of.ts';

const WITHIN_MS = 10_000;
/** It only reads. */
const HASTE = { tries: 2, answerWithinMs: 5000 };

/** Looks at the source, and at who is registered as a mirror, when it is first asked. */
export function openAdmission(settings: AccountSettings): Admission {
  const { source, backup, state, scope } = settings;
  const store = createAzureDocuments(connectStorage(state.connection, HASTE), state.container);
  const accounts = { source: source.accountName, backup: backup.accountName };

  async function see(): Promise<Seen> {
    try {
      if (settings.twoWay || (await wasLookedAt())) return { outcome: 'clear', blobs: 0 };
      const account = connectStorage(source, HASTE);
      const isStateThere = state.connection.accountName === source.accountName;
      const reader = createAzureReader(account);
      return await seeSwapped({
        source: reader,
        backup: accounts.backup,
        scope: createScope(reader.account, scope),
        registries: [store, ...(isStateThere ? [] : [createAzureDocuments(account, state.container)])],
        canaries: scope.canaries?.container,
        withinMs: WITHIN_MS,
      });
    } catch (thrown) {
      return { outcome: 'unknown', error: toBlobmirrorError(thrown) };
    }
  }

  /** By a worker of this very mirror, before. */
  async function wasLookedAt(): Promise<boolean> {
    try {
      const name = registrationName(mirrorIdOf(settings));
      return toRegistration(await readDocument(store, REGISTRATION_DOCUMENT, name))?.lookedAt !== undefined;
    } catch {
      return false;
    }
  }

  return createAdmission(accounts, see, systemClock);
}
