import { changeDocument, readDocument } from '../documents/change-document.ts';
import type { QueueBrowser } from '../ports/dead-letter-queue.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { type WaitingLimits, readWaiting } from './read-waiting.ts';
import { NOTHING_SCANNED, WAITING_SCAN, WAITING_SCAN_DOCUMENT } from './waiting-scan.ts';

/** Half of the minute between two samples, so that a long queue is read faster than it can fill. */
const ONWARD: WaitingLimits = { maxMessages: 1_000_000, budgetMs: 30_000 };

interface KeepScanParts {
  readonly documents: DocumentStore;
  readonly events: QueueBrowser;
  readonly now: () => Date;
}

/**
 * Reads on in a queue that is too long to be read at once, and keeps what is known of it for every status.
 *
 * @param isLong whether the last status found more than it could read
 * @throws BlobmirrorError when the queue or the state cannot be read
 */
export async function keepWaitingScan(
  { documents, events, now }: KeepScanParts,
  isLong: boolean,
  options: { readonly limits?: WaitingLimits; readonly onward: WaitingLimits } = { onward: ONWARD },
): Promise<void> {
  const found = await readDocument(documents, WAITING_SCAN_DOCUMENT, WAITING_SCAN);
  if (found.state === 'absent' && !isLong) return;
  // A newer release keeps it.
  if (found.state === 'damaged' && found.error.code === 'document-too-new') return;
  const before = found.state === 'there' ? found.value : undefined;
  const { scan, backlog } = await readWaiting(events, now, {
    ...options,
    scan: before ?? NOTHING_SCANNED,
  });
  if (backlog.isComplete) {
    if (found.state !== 'absent') await documents.remove(WAITING_SCAN);
    return;
  }
  await changeDocument(documents, WAITING_SCAN_DOCUMENT, WAITING_SCAN, (stored) =>
    // Another worker has read further meanwhile.
    stored !== undefined && stored.next !== before?.next && BigInt(stored.next) > BigInt(scan.next)
      ? undefined
      : scan,
  );
}
