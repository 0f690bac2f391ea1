import { MOST_OFF_MS } from '../clock/heard-clock.ts';
import type { Activity } from '../model/activity.ts';
import {
  ACTIVITY_PREFIX,
  type ActivityDocument,
  isOfNewerFormat,
  parseActivityDocument,
} from '../model/activity-document.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { mergeActivity } from './merge-activity.ts';

const KEPT_FOR_MS = 3_600_000;
const CONCURRENCY = 8;

/**
 * What all workers did in the last hour. The document of a worker that has done nothing for so long is removed on the
 * way, and so is one that is damaged: a worker that is alive after all writes it anew at its next change.
 *
 * @param damaged is told the name of each that is damaged: what that worker did is not known
 *
 * @throws BlobmirrorError of a storage code, when the documents cannot be read
 */
export async function readActivity(
  documents: Pick<DocumentStore, 'list' | 'read' | 'remove'>,
  now: Date,
  damaged: (name: string) => void = () => undefined,
): Promise<Activity> {
  const found: ActivityDocument[] = [];
  for await (const names of documents.list(ACTIVITY_PREFIX)) {
    const left = [...names];
    const take = async (): Promise<void> => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) {
        const stored = await documents.read(name);
        const document = parseActivityDocument(stored?.value);
        if (document === undefined) {
          if (stored === undefined || isOfNewerFormat(stored.value)) continue;
          damaged(name);
          await documents.remove(name);
          continue;
        }
        const said = Date.parse(document.writtenAt);
        // The service's own word for it, where it gives one.
        const writtenAt = stored?.writtenAt?.getTime() ?? said;
        if (now.getTime() - writtenAt > KEPT_FOR_MS) await documents.remove(name);
        // By a worker of the release before, whose clock was ahead: when it did what it counts, nobody knows.
        else if (said <= writtenAt + MOST_OFF_MS && said <= now.getTime() + MOST_OFF_MS) found.push(document);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, take));
  }
  return mergeActivity(found, now);
}
