import type { Proof } from '../api/proof.ts';
import { reasonHintOf } from '../api/skip-hints.ts';
import type { ExceptedKeys } from '../api/status.ts';
import type {
  RecordedKeys,
  UnprotectedCount,
  UnprotectedKey,
  UnprotectedPage,
  UnprotectedRequest,
} from '../api/unprotected.ts';
import { readDocument } from '../documents/change-document.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { Key } from '../model/key.ts';
import { type Unprotected, isOfLetters, mayHideKeys } from '../model/unprotected.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { LEDGER, LEDGER_DOCUMENT, type LedgerDocument, type LeftByRun, nameOf } from './ledger-document.ts';
import { refuseMisspelt } from './refuse-filter.ts';
import { type TakeOverParts, readLeft } from './take-over-run.ts';

/** Everything that names a key which is not protected. */
export interface UnprotectedSources {
  readonly documents: Pick<DocumentStore, 'read'>;
  readonly readProof: () => Promise<Proof | undefined>;
  readonly report: TakeOverParts['report'];
  readonly readDeadLetters: () => AsyncIterable<LeftByLetter>;
  readonly readHeld: () => Promise<HeldKeys>;
  /** The mirrored containers of both accounts. */
  readonly readContainers: () => Promise<readonly string[]>;
  readonly limits?: ListLimits;
}

interface HeldKeys {
  readonly held: ExceptedKeys;
  /** False: there are messages that nobody has read. */
  readonly isEarliestKnown: boolean;
  /** Messages whose changes were not mirrored yet; null: not known. */
  readonly changes: number | null;
}

interface LeftByLetter {
  readonly id: string;
  readonly deadLetteredAt: string;
  readonly left: readonly Unprotected[];
}

interface ListLimits {
  /** Beyond these, keys are not named in one answer. */
  readonly names: number;
  /** Dead letters that are read for one answer, and for how long: each page reads them anew. */
  readonly letters: number;
  readonly lettersMs: number;
}

const LIMITS: ListLimits = { names: 20_000, letters: 20_000, lettersMs: 3000 };

/** Reads the record for a statement. @param damaged called with its name if it cannot be read */
export async function readRecorded(
  documents: Pick<DocumentStore, 'read'>,
  damaged: (name: string, error: BlobmirrorError) => void,
): Promise<RecordedKeys> {
  const found = await readDocument(documents, LEDGER_DOCUMENT, LEDGER);
  if (found.state === 'damaged') damaged(LEDGER, found.error);
  const { keys, more, run, lostAt } = found.state === 'there' ? found.value : EMPTY;
  const isWhole =
    found.state !== 'damaged' &&
    lostAt === undefined &&
    more.every((row) => row.isExact === true || isOfLetters(row));
  return {
    keys,
    counted: more,
    more: more.reduce((sum, { count, isExact }) => sum + (isExact === true ? count : 0), 0),
    isComplete: isWhole && more.every((row) => row.isExact === true || !mayHideKeys(row.reason)),
    isWhole,
    run,
  };
}

const EMPTY: LedgerDocument = { keys: [], more: [] };

/**
 * Every key that is not protected, from all that names one. What cannot be read is named in the answer.
 *
 * @throws BlobmirrorError `request-invalid` for a reason or container that does not exist
 */
export async function listUnprotected(
  sources: UnprotectedSources,
  request: UnprotectedRequest,
): Promise<UnprotectedPage> {
  const { limits = LIMITS } = sources;
  const seen = { reasons: new Set<string>(), containers: new Set<string>() };
  const names = new Names(request, limits.names, seen);
  const unknown = new Set<string>();
  const ask = async (what: string, read: () => Promise<void>): Promise<void> => {
    const before = names.withoutRoom;
    try {
      await read();
    } catch {
      unknown.add(what);
    }
    if (names.withoutRoom > before) unknown.add(what);
  };

  let record = EMPTY;
  await ask('record', async () => {
    const found = await readDocument(sources.documents, LEDGER_DOCUMENT, LEDGER);
    if (found.state === 'damaged') throw found.error;
    if (found.state === 'there') record = found.value;
    if (record.lostAt !== undefined) unknown.add('record');
    for (const { mark: _mark, seenAt: _seenAt, tries: _tries, lastTry = null, ...key } of record.keys)
      names.add({ ...key, lastTry, namedBy: 'record' });
  });

  let counts: readonly RowOfKeys[] = record.more;
  await ask('full-sync', async () => {
    const proof = await sources.readProof();
    if (proof === undefined || record.run === proof.run) return;
    const run = await readLeft(proof, sources.report);
    for (const each of run.left)
      names.add({ ...each, since: run.startedAt, lastTry: null, namedBy: 'full-sync' });
    counts = countWith(record, run);
  });
  const more = new Counts(seen);
  for (const { container, reason, count, isExact = false } of counts)
    more.add({ container, reason, count, isExact });
  await ask('dead-letters', async () => {
    let letters = 0;
    let end: number | undefined;
    for await (const { id, deadLetteredAt, left } of sources.readDeadLetters()) {
      // The time limit counts from the first dead letter, as in a status.
      end ??= performance.now() + limits.lettersMs;
      if (++letters > limits.letters || performance.now() >= end || names.withoutRoom > 0) {
        unknown.add('dead-letters');
        break;
      }
      for (const { container, ...each } of left)
        if (container === '') more.add({ container, reason: each.reason, count: 1, isExact: false });
        else
          names.add({
            ...each,
            container,
            since: deadLetteredAt,
            lastTry: null,
            namedBy: 'dead-letter',
            deadLetter: id,
          });
    }
  });
  let waiting: number | null = null;
  await ask('waiting', async () => {
    const {
      held: { count, sample },
      isEarliestKnown,
      changes,
    } = await sources.readHeld();
    waiting = changes;
    for (const each of sample) names.add({ ...each, since: null, lastTry: null, namedBy: 'waiting' });
    if (count > sample.length || !isEarliestKnown) unknown.add('waiting');
  });

  try {
    await refuseMisspelt(request, seen, sources.readContainers);
  } catch (thrown) {
    if (thrown instanceof BlobmirrorError && thrown.code === 'request-invalid') throw thrown;
    unknown.add('containers');
  }

  const { container, reason } = request;
  const counted = more.all.filter(
    (each) =>
      (container === undefined || each.container === '' || each.container === container) &&
      (reason === undefined || each.reason === reason || each.reason === 'other'),
  );
  return {
    ...names.page(),
    more: counted,
    isComplete: counted.every((row) => isOfLetters(row) && !mayHideKeys(row.reason)) && unknown.size === 0,
    unknown: [...unknown],
    waiting,
  };
}

/**
 * What the record says of one key: of the key itself, of a directory above it with all below, or of its container.
 *
 * @throws BlobmirrorError if the record cannot be read
 */
export async function findRecorded(
  documents: Pick<DocumentStore, 'read'>,
  key: Key,
): Promise<{ readonly keys: readonly UnprotectedKey[]; readonly isComplete: boolean }> {
  const found = await readDocument(documents, LEDGER_DOCUMENT, LEDGER);
  if (found.state === 'damaged') throw found.error;
  const { keys, more, lostAt } = found.state === 'there' ? found.value : EMPTY;
  const counted = more.filter(({ container }) => container === '' || container === key.container);
  return {
    keys: keys
      .filter(
        ({ container, path, below }) =>
          container === key.container &&
          (path === key.path || path === '' || (below === true && key.path.startsWith(path))),
      )
      .map(({ mark: _mark, seenAt: _seenAt, tries: _tries, lastTry = null, ...each }) => ({
        ...each,
        lastTry,
        namedBy: 'record',
        hint: reasonHintOf(each.reason, [each.container]),
      })),
    isComplete: lostAt === undefined && counted.length === 0,
  };
}

/** Whatever was named, whether it matches or not. */
interface Seen {
  readonly reasons: Set<string>;
  readonly containers: Set<string>;
}

function note(seen: Seen, { reason, container }: Pick<UnprotectedKey, 'reason' | 'container'>): void {
  seen.reasons.add(reason);
  if (container !== '') seen.containers.add(container);
}

type RowOfKeys = Pick<LedgerDocument['more'][number], 'container' | 'reason' | 'count' | 'isExact'>;

/**
 * The counts of the record with those of a full sync that it does not have yet. Both count the same keys, more or less: by
 * reason, the larger number is right at least. Whatever is named by either counts as named.
 */
function countWith({ keys, more }: LedgerDocument, run: LeftByRun): readonly RowOfKeys[] {
  const reasonOf = new Map([...run.left, ...keys].map((key) => [nameOf(key), key.reason]));
  const one = (reason: string): Pick<RowOfKeys, 'reason' | 'count'> => ({ reason, count: 1 });
  const named = countByReason([...reasonOf.values()].map((reason) => one(reason)));
  const ofRecord = countByReason([
    ...keys.map(({ reason }) => one(reason)),
    ...more.filter(({ isExact }) => isExact === true),
  ]);
  const ofRun = countByReason([...run.left.map(({ reason }) => one(reason)), ...run.more]);
  const beyond = [...new Set([...ofRecord.keys(), ...ofRun.keys()])].map((reason) => ({
    container: '',
    reason,
    count: Math.max(ofRecord.get(reason) ?? 0, ofRun.get(reason) ?? 0) - (named.get(reason) ?? 0),
    isExact: true as const,
  }));
  return [...more.filter(({ isExact }) => isExact !== true), ...beyond.filter(({ count }) => count > 0)];
}

function countByReason(rows: readonly Pick<RowOfKeys, 'reason' | 'count'>[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { reason, count } of rows) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return sums;
}

/** Distinct keys that match a request. The first source of a key describes it. */
class Names {
  readonly #request: UnprotectedRequest;
  readonly #max: number;
  readonly #seen: Seen;
  readonly #keys = new Map<string, UnprotectedKey>();
  /** Those that match and are not named. */
  withoutRoom = 0;

  constructor(request: UnprotectedRequest, max: number, seen: Seen) {
    this.#request = request;
    this.#max = max;
    this.#seen = seen;
  }

  add(key: Omit<UnprotectedKey, 'hint'>): void {
    note(this.#seen, key);
    const name = nameOf(key);
    const known = this.#keys.get(name);
    if (known !== undefined) {
      if (key.deadLetter !== undefined) this.#keys.set(name, { deadLetter: key.deadLetter, ...known });
      return;
    }
    if (!this.#matches(key)) return;
    if (this.#keys.size >= this.#max) this.withoutRoom++;
    else this.#keys.set(name, { ...key, hint: reasonHintOf(key.reason, [key.container]) });
  }

  page(): Pick<UnprotectedPage, 'keys' | 'next' | 'byReason'> {
    const { from, limit } = this.#request;
    const sorted = [...this.#keys].toSorted(([one], [other]) => (one < other ? -1 : 1));
    const rest = from === undefined ? sorted : sorted.filter(([name]) => name > from);
    const shown = rest.slice(0, limit);
    const byReason = Map.groupBy(this.#keys.values(), ({ reason }) => reason);
    return {
      keys: shown.map(([, key]) => key),
      next: rest.length > shown.length ? (shown.at(-1)?.[0] ?? null) : null,
      byReason: Object.fromEntries([...byReason].map(([reason, keys]) => [reason, keys.length])),
    };
  }

  #matches({ container, path, reason }: Pick<UnprotectedKey, 'container' | 'path' | 'reason'>): boolean {
    const wanted = this.#request;
    return (
      (wanted.container === undefined || wanted.container === container) &&
      (wanted.reason === undefined || wanted.reason === reason) &&
      (wanted.prefix === undefined || path.startsWith(wanted.prefix))
    );
  }
}

/** Sums by container and reason of what is not named. */
class Counts {
  readonly #rows = new Map<string, UnprotectedCount>();
  readonly #seen: Seen;

  constructor(seen: Seen) {
    this.#seen = seen;
  }

  get all(): readonly UnprotectedCount[] {
    return [...this.#rows.values()];
  }

  add(row: UnprotectedCount): void {
    note(this.#seen, row);
    const name = `${row.container}/${row.reason}/${row.isExact}`;
    this.#rows.set(name, { ...row, count: row.count + (this.#rows.get(name)?.count ?? 0) });
  }
}
