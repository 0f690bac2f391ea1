import { type MirrorId } from '../model/mirror-id.ts';
import {
  type Registration,
  REGISTRATION_DOCUMENT,
  REGISTRY,
  registrationName,
  toRegistration,
} from '../model/registration.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { readDocument } from '../ports/read-document.ts';

/**
 * The other mirrors that keep their state in one container: a few small documents.
 *
 * @param damaged is told the name of each that cannot be read: who that mirror is, is not known
 */
export async function listOthers(
  store: Pick<DocumentStore, 'list' | 'read'>,
  own: MirrorId,
  damaged: (name: string) => void,
): Promise<readonly Registration[]> {
  const names = (await Array.fromAsync(store.list(REGISTRY)))
    .flat()
    .filter((name) => name !== registrationName(own));
  const found = await Promise.all(
    names.map(async (name) => ({ name, found: await readDocument(store, REGISTRATION_DOCUMENT, name) })),
  );
  return found.flatMap(({ name, found: each }) => {
    if (each.state === 'damaged') damaged(name);
    const registration = toRegistration(each);
    return registration === undefined ? [] : [registration];
  });
}
