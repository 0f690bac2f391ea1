import { z } from 'zod';
import type { DeadLetter } from '../api/dead-letter.ts';
import { changeDocument, documentKind, readDocument } from '../documents/change-document.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';

/**
 * Marks dead letters as seen: all up to a time. The time of a dead letter is that at which its message was enqueued, which
 * for most is when they were dead-lettered. Messages that Service Bus or another program dead-lettered were enqueued earlier,
 * so those are listed by id.
 */
export interface DeadLetterMark {
  /** ISO 8601, by the clock of Service Bus. */
  readonly until: string;
  readonly ids: readonly string[];
}

/** With more, only the time decides. */
const MAX_IDS = 1000;

const ENQUEUED_EARLIER: ReadonlySet<string> = new Set([
  'dead-lettered-elsewhere',
  'deliveries-exhausted',
  'message-expired',
]);

export function isCoveredBy({ until, ids }: DeadLetterMark): (deadLetter: DeadLetter) => boolean {
  const seenIds = new Set(ids);
  return ({ id, code, deadLetteredAt }) =>
    deadLetteredAt <= until && (!ENQUEUED_EARLIER.has(code) || seenIds.size >= MAX_IDS || seenIds.has(id));
}

/** Builds a mark of all dead letters that are added. */
export class MarkBuilder {
  #until = '';
  readonly #ids: string[] = [];

  add({ id, code, deadLetteredAt }: DeadLetter): void {
    if (deadLetteredAt > this.#until) this.#until = deadLetteredAt;
    if (ENQUEUED_EARLIER.has(code) && this.#ids.length < MAX_IDS) this.#ids.push(id);
  }

  mark(fallback: Date): DeadLetterMark {
    return { until: this.#until || fallback.toISOString(), ids: this.#ids };
  }
}

/** `{until}` alone is valid: an operator may have written it. */
const MARK_DOCUMENT = documentKind<Pick<DeadLetterMark, 'until'> & Partial<DeadLetterMark>>(
  'a mark of dead letters that were seen',
  { format: 1 },
).of(
  z.object({
    // Compared with times of dead letters as text.
    until: z.string().regex(/^\d{4}-\d\d-\d\d/),
    ids: z.array(z.string()).optional(),
  }),
);

/** A mark with the version of its document. */
export interface StoredMark {
  readonly mark: DeadLetterMark;
  readonly version: string;
}

/** Called with the name of a mark that this release cannot read, and why. */
export type OnUnreadable = (name: string, error: BlobmirrorError) => void;

/** Undefined where there is no mark, or an unreadable one: then no dead letter is covered. */
export async function readMark(
  documents: Pick<DocumentStore, 'read'>,
  name: string,
  onUnreadable?: OnUnreadable,
): Promise<DeadLetterMark | undefined> {
  return (await readStoredMark(documents, name, onUnreadable))?.mark;
}

export async function readStoredMark(
  documents: Pick<DocumentStore, 'read'>,
  name: string,
  onUnreadable: OnUnreadable = () => undefined,
): Promise<StoredMark | undefined> {
  const found = await readDocument(documents, MARK_DOCUMENT, name);
  if (found.state === 'damaged') onUnreadable(name, found.error);
  if (found.state !== 'there') return undefined;
  const { until, ids = [] } = found.value;
  return { mark: { until, ids }, version: found.version };
}

/** Advances the mark that was read, and never moves it back. False: another worker changed it first, or a newer release did. */
export async function tryAdvanceMark(
  documents: DocumentStore,
  name: string,
  mark: DeadLetterMark,
  former: StoredMark | undefined,
): Promise<boolean> {
  try {
    const { changed } = await changeDocument(documents, MARK_DOCUMENT, name, (before, found) => {
      const version = found.state === 'there' ? found.version : undefined;
      return version === former?.version ? laterMark(before, mark) : undefined;
    });
    return changed !== undefined;
  } catch (thrown) {
    if (toBlobmirrorError(thrown).code === 'document-too-new') return false;
    throw thrown;
  }
}

/** Advances the mark whatever it is now, and never moves it back. */
export async function advanceMark(
  documents: DocumentStore,
  name: string,
  mark: DeadLetterMark,
): Promise<void> {
  await changeDocument(documents, MARK_DOCUMENT, name, (before) => laterMark(before, mark));
}

function laterMark(
  before: Pick<DeadLetterMark, 'until'> | undefined,
  { until, ids }: DeadLetterMark,
): DeadLetterMark {
  return { until: before !== undefined && before.until > until ? before.until : until, ids };
}
