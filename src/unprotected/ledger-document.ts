import { z } from 'zod';
import { documentKind } from '../documents/change-document.ts';
import type { Acknowledged } from '../api/unprotected.ts';
import { type Unprotected, isOfLetters, isTransient } from '../model/unprotected.ts';

export const LEDGER = 'unprotected/keys';

/** An unprotected key, as recorded. Times are ISO 8601. */
export interface NamedKey {
  readonly container: string;
  readonly path: string;
  readonly reason: string;
  readonly below?: true;
  /** When it was recorded first. */
  readonly since: string;
  /** When a check or a full sync last found it so. */
  readonly seenAt: string;
  /** See `NamedMark`. */
  readonly mark: string;
  /** Retries since then, and the last one. */
  readonly tries: number;
  readonly lastTry?: string;
  /** An operator saw it, with this reason. */
  readonly acknowledged?: true;
}

/** Findings of keys beyond the named ones: counted, and a key counts as often as it was found. */
export interface MoreKeys {
  /** Empty: any. */
  readonly container: string;
  readonly reason: string;
  readonly count: number;
  /** When the first of them that no operator saw was found. */
  readonly since: string;
  readonly seenAt: string;
  /** Exact: they are keys of the full sync that `run` names. */
  readonly isExact?: true;
  /** How many of them an operator saw. */
  readonly acknowledged?: number;
}

/** The ledger of unprotected keys: what was seen and is not in the backup. */
export interface LedgerDocument {
  readonly keys: readonly NamedKey[];
  readonly more: readonly MoreKeys[];
  /** The full sync that was taken over last: all its skipped and failed keys are in here. */
  readonly run?: string;
  /**
   * The last one of each digest of settings, the latest last. A full sync proves nothing beyond the scope of its settings,
   * so one of other settings takes the place of none.
   */
  readonly runs?: readonly RunOfMirror[];
  /** A damaged document was replaced then: what it named is not known, until a full sync. */
  readonly lostAt?: string;
}

interface RunOfMirror {
  readonly mirror: string;
  readonly run: string;
}

/** Digests of settings of which the last full sync is known. */
const MAX_MIRRORS = 10;

const count = z.int().min(0);
const time = z.iso.datetime();

export const LEDGER_DOCUMENT = documentKind<LedgerDocument>('the unprotected keys', { format: 1 }).of(
  z.object({
    keys: z.array(
      z.object({
        container: z.string(),
        path: z.string(),
        reason: z.string(),
        below: z.literal(true).optional(),
        since: time,
        seenAt: time,
        mark: z.string(),
        tries: count,
        lastTry: time.optional(),
        acknowledged: z.literal(true).optional(),
      }),
    ),
    more: z.array(
      z.object({
        container: z.string(),
        reason: z.string(),
        count,
        since: time,
        seenAt: time,
        isExact: z.literal(true).optional(),
        acknowledged: count.optional(),
      }),
    ),
    run: z.string().optional(),
    runs: z.array(z.object({ mirror: z.string(), run: z.string() })).optional(),
    lostAt: time.optional(),
  }),
);

/** Bounds of what is named. The document is read each minute, and written with each batch of findings. */
export interface LedgerLimits {
  readonly keys: number;
  /** Of all paths together: a path has up to 1,024. */
  readonly characters: number;
  /** Counts by container and reason. */
  readonly more: number;
}

export const LEDGER_LIMITS: LedgerLimits = { keys: 1000, characters: 400_000, more: 100 };

/** What a full sync left. Times are ISO 8601. */
export interface LeftByRun {
  readonly run: string;
  readonly startedAt: string;
  readonly left: readonly Unprotected[];
  /** Beyond those. */
  readonly more: readonly Pick<MoreKeys, 'reason' | 'count'>[];
}

interface TakenRun extends LeftByRun {
  /** A digest of the settings that it is of. */
  readonly mirror: string;
  /** Whether its scope is that of all workers: what they found is what it compared. */
  readonly isWhole: boolean;
}

/** Unique, since a container's name holds no slash. */
export function nameOf({ container, path }: { readonly container: string; readonly path: string }): string {
  return `${container}/${path}`;
}

/** A change of the ledger in the making. It may be made several times, each from another version of the document. */
export class LedgerDraft {
  readonly now: string;
  readonly #mark: string;
  readonly #limits: LedgerLimits;
  readonly #keys: Map<string, NamedKey>;
  readonly #more: Map<string, MoreKeys>;
  #run: string | undefined;
  #runs: readonly RunOfMirror[] | undefined;
  #lostAt: string | undefined;
  #characters = 0;
  #isChanged = false;

  /** @param mark of what is recorded: unique */
  constructor(
    before: LedgerDocument | undefined,
    { now, mark, limits }: { readonly now: Date; readonly mark: string; readonly limits: LedgerLimits },
  ) {
    this.now = now.toISOString();
    this.#mark = mark;
    this.#limits = limits;
    this.#keys = new Map(before?.keys.map((key) => [nameOf(key), key]));
    this.#more = new Map(before?.more.map((each) => [moreName(each), each]));
    this.#run = before?.run;
    this.#runs = before?.runs;
    this.#lostAt = before?.lostAt;
    for (const { path } of this.#keys.values()) this.#characters += path.length;
  }

  /** Undefined: nothing was changed. */
  get changed(): LedgerDocument | undefined {
    if (!this.#isChanged) return undefined;
    return {
      keys: [...this.#keys.values()],
      more: [...this.#more.values()],
      ...(this.#run !== undefined && { run: this.#run }),
      ...(this.#runs !== undefined && { runs: this.#runs }),
      ...(this.#lostAt !== undefined && { lostAt: this.#lostAt }),
    };
  }

  get run(): string | undefined {
    return this.#run;
  }

  get runs(): readonly RunOfMirror[] | undefined {
    return this.#runs;
  }

  /** What a damaged document named is lost, but for what this process remembers. */
  recover(remembered: readonly NamedKey[]): void {
    this.#lostAt = this.now;
    this.#isChanged = true;
    for (const key of remembered) this.#put(key);
  }

  /**
   * A transient failure, as in an outage, says nothing new of a key that is on record: its reason stays.
   *
   * @param since when it was left, if that was before now
   */
  record({ container, path, reason: found, below }: Unprotected, since = this.now): void {
    this.#isChanged = true;
    const known = this.#keys.get(nameOf({ container, path }));
    const reason = known !== undefined && isTransient(found) ? known.reason : found;
    const isNamed =
      container !== '' &&
      this.#put({
        container,
        path,
        reason,
        ...((below ?? known?.below) === true && { below: true }),
        since: known?.since ?? since,
        seenAt: this.now,
        mark: this.#mark,
        tries: known?.tries ?? 0,
        ...(known?.lastTry !== undefined && { lastTry: known.lastTry }),
        ...(known?.acknowledged === true && known.reason === reason && { acknowledged: true }),
      });
    if (!isNamed) this.#countMore({ container, reason, count: 1, since, seenAt: this.now });
  }

  /** Unless the key was recorded again since it had this mark. */
  clear(name: string, mark: string): void {
    const known = this.#keys.get(name);
    if (known?.mark !== mark) return;
    this.#remove(name, known);
  }

  /** A retry left the key as it is, for a reason, if it found one. @param tries how many there were without a new finding */
  tried(
    name: string,
    mark: string,
    {
      reason: found,
      tries,
      below,
    }: Pick<NamedKey, 'tries' | 'below'> & { readonly reason?: string | undefined },
  ): void {
    const known = this.#keys.get(name);
    if (known?.mark !== mark) return;
    this.#isChanged = true;
    const reason = found === undefined || isTransient(found) ? known.reason : found;
    const { acknowledged, ...rest } = known;
    this.#keys.set(name, {
      ...rest,
      reason,
      tries,
      lastTry: this.now,
      ...(below === true && { below }),
      ...(acknowledged === true && known.reason === reason && { acknowledged }),
    });
  }

  /** Acknowledges all that is on record now, so that health no longer fails for it. Returns how much that is. */
  acknowledge(): Acknowledged {
    this.#isChanged = true;
    for (const [name, key] of this.#keys) this.#keys.set(name, { ...key, acknowledged: true });
    let acknowledged = this.#keys.size;
    let deadLetters = 0;
    for (const [name, row] of this.#more) {
      this.#more.set(name, { ...row, acknowledged: row.count });
      if (isOfLetters(row)) deadLetters += row.count;
      else acknowledged += row.count;
    }
    return { acknowledged, deadLetters };
  }

  /**
   * Takes over the result of a complete, unrestricted full sync. What was recorded before it began and it did not leave is
   * in step.
   *
   * @param isSeen whether a key was recorded before the full sync began, and is one that it compares
   */
  takeOver(
    { run, startedAt, left, more, mirror, isWhole }: TakenRun,
    isSeen: (key: Pick<NamedKey, 'container' | 'path' | 'below' | 'seenAt'>) => boolean,
  ): void {
    this.#isChanged = true;
    const found = new Set(left.map(nameOf));
    for (const [name, key] of this.#keys) if (!found.has(name) && isSeen(key)) this.#remove(name, key);
    const counted = new Map(this.#more);
    for (const [name, row] of this.#more)
      if (isWhole && (row.isExact === true || isSeen({ ...row, path: '' }))) this.#more.delete(name);
    for (const each of more)
      this.#countMore({
        container: '',
        ...each,
        since: startedAt,
        seenAt: this.now,
        ...(isWhole && { isExact: true }),
      });
    // What the full sync before had counted for the same reason is no newer now.
    for (const [name, row] of this.#more) {
      const before = counted.get(name) ?? row;
      const { acknowledged } = before;
      if (row.isExact === true)
        this.#more.set(name, {
          ...row,
          since: sinceOf(before, row),
          ...(acknowledged !== undefined && { acknowledged }),
        });
    }
    for (const each of left) {
      const known = this.#keys.get(nameOf(each));
      if (known === undefined || isSeen(known)) this.record(each, startedAt);
    }
    this.#run = run;
    this.#runs = [...(this.#runs ?? []).filter((each) => each.mirror !== mirror), { mirror, run }].slice(
      -MAX_MIRRORS,
    );
    if (isWhole && this.#lostAt !== undefined && this.#lostAt < startedAt) this.#lostAt = undefined;
  }

  /** False: there is no room for another name. */
  #put(key: NamedKey): boolean {
    const name = nameOf(key);
    const isNew = !this.#keys.has(name);
    const { keys, characters } = this.#limits;
    if (isNew && (this.#keys.size >= keys || this.#characters + key.path.length > characters)) return false;
    if (isNew) this.#characters += key.path.length;
    this.#keys.set(name, key);
    return true;
  }

  #remove(name: string, { path }: NamedKey): void {
    this.#isChanged = true;
    this.#keys.delete(name);
    this.#characters -= path.length;
  }

  #countMore(each: MoreKeys): void {
    const known = this.#more.get(moreName(each));
    const hasRoom = known !== undefined || this.#more.size < this.#limits.more - 1;
    // The last row is of all others.
    const row = hasRoom ? each : { ...each, container: '', reason: 'other' };
    const name = moreName(row);
    const before = this.#more.get(name);
    this.#more.set(
      name,
      before === undefined
        ? row
        : { ...before, since: sinceOf(before, each), count: before.count + each.count, seenAt: each.seenAt },
    );
  }
}

/** Since when a row has keys that no operator saw: of those that were, a new one has none of the age. */
function sinceOf(before: MoreKeys, found: MoreKeys): string {
  return (before.acknowledged ?? 0) >= before.count ? found.since : before.since;
}

function moreName({ container, reason, isExact }: MoreKeys): string {
  return `${container}/${reason}/${isExact === true}`;
}
