import type { Activity } from '../model/activity.js';
import { ACTIVITY_PREFIX, type ActivityDocument, parseActivityDocument } from '../model/activity-document.js';
import type { DocumentStore } from '../ports/document-store.js';
import { mergeActivity } from './merge-activity.js';

const KEPT_FOR_MS = 3_600_000;
const CONCURRENCY = 8;

/**
 * What all workers did in the last hour. The document of a worker that has done nothing for so long is removed on the
 * way: a worker that is alive after all writes it anew at its next change.
 *
 * @throws BlobmirrorError of a storage code, when the documents cannot be read
 */
export async function readActivity(
  documents: Pick<DocumentStore, 'list' | 'read' | 'remove'>,
  now: Date,
): Promise<Activity> {
  const found: ActivityDocument[] = [];
  for await (const names of documents.list(ACTIVITY_PREFIX)) {
    const left = [...names];
    const take = async (): Promise<void> => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) {
        const document = parseActivityDocument((await documents.read(name))?.value);
        if (document === undefined) continue;
        if (now.getTime() - Date.parse(document.writtenAt) <= KEPT_FOR_MS) found.push(document);
        else await documents.remove(name);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, take));
  }
  return mergeActivity(found, now);
}
