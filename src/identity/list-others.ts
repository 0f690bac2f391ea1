import { type MirrorId } from '../model/mirror-id.js';
import { parseRegistration, type Registration, REGISTRY, registrationName } from '../model/registration.js';
import type { DocumentStore } from '../ports/document-store.js';

/** The other mirrors that keep their state in one container: a few small documents. */
export async function listOthers(
  store: Pick<DocumentStore, 'list' | 'read'>,
  own: MirrorId,
): Promise<readonly Registration[]> {
  const names = (await Array.fromAsync(store.list(REGISTRY)))
    .flat()
    .filter((name) => name !== registrationName(own));
  const found = await Promise.all(
    names.map(async (name) => {
      const stored = await store.read(name);
      return parseRegistration(stored?.value, stored?.writtenAt);
    }),
  );
  return found.filter((each) => each !== undefined);
}
