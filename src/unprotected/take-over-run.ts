import type { Proof } from '../api/proof.ts';
import type { ReportLine } from '../api/run.ts';
import { MAX_OFF_MS } from '../clock/observed-clock.ts';
import { parseContainerName, parseKey } from '../model/key.ts';
import { type Unprotected, isIntended, touches as touchesKey } from '../model/unprotected.ts';
import type { WiderScope } from './dropped-keys.ts';
import type { LedgerDocument, LeftByRun, NamedKey } from './ledger-document.ts';
import type { Ledger } from './ledger.ts';

export interface TakeOverParts {
  readonly ledger: Pick<Ledger, 'change'>;
  /** The lines of a full sync's report, as JSON. */
  readonly report: (run: Proof['run']) => AsyncIterable<string>;
  /** A digest of what this worker mirrors: its proofs are of full syncs of just that. */
  readonly mirror?: string;
  /** Whether a key, or something below it, is in the scope. */
  readonly touches: (key: Pick<NamedKey, 'container' | 'path'>) => boolean;
  /** The other scopes of workers that are at work. Default: none. */
  readonly readScopes?: () => Promise<readonly WiderScope[]>;
  readonly limits?: TakeOverLimits;
}

interface TakeOverLimits {
  readonly names: number;
  readonly lines: number;
}

/** A first full sync reports each blob that it copied: of more lines than these, the rest is counted without names. */
const LIMITS: TakeOverLimits = { names: 1000, lines: 200_000 };
/** How long keys stay that are in the scope of no worker that is at work. */
const FOREIGN_SCOPE_MS = 3_600_000;

/**
 * Brings the record up to date: begins a damaged one anew, and takes over what the newest full sync left. Resolves to the
 * record; undefined: nothing is on it.
 *
 * @throws BlobmirrorError `document-too-new`, or any storage code
 */
export async function updateRecord(
  parts: Omit<TakeOverParts, 'ledger'> & { readonly ledger: Ledger },
  readProof: () => Promise<Proof | undefined>,
): Promise<LedgerDocument | undefined> {
  const { ledger } = parts;
  const known = await ledger.refresh();
  if (known.isDamaged) await ledger.change(() => undefined);
  const proof = await readProof();
  if (proof === undefined && !known.isDamaged) return known.document;
  if (proof !== undefined) await takeOverRun(parts, proof, known.document);
  return (await ledger.refresh()).document;
}

/**
 * Takes the newest proof of this worker's settings over into the ledger, once: what was recorded before that full sync
 * began, and it did not leave, is in step; what it left is on record by name, and retried from then on.
 *
 * A full sync proves nothing beyond its scope. While workers with another one are at work, it clears no key of theirs
 * that it did not compare as a whole, and the numbers of theirs stay.
 */
export async function takeOverRun(
  { ledger, report, mirror = '', touches, readScopes, limits = LIMITS }: TakeOverParts,
  proof: Proof,
  known: TakenOver | undefined,
): Promise<void> {
  if (isTakenOver(known, mirror, proof.run)) return;
  const others = (await readScopes?.()) ?? [];
  const left = await readLeft(proof, report, limits);
  const before = Date.parse(proof.at) - MAX_OFF_MS;
  await ledger.change((draft) => {
    if (isTakenOver(draft, mirror, proof.run)) return;
    draft.takeOver({ ...left, mirror, isWhole: others.length === 0 }, (key) => {
      const seenAt = Date.parse(key.seenAt);
      if (seenAt >= before) return false;
      if (others.some((scope) => touchesNamed(scope, key))) return !isMany(key) && touches(key);
      // Where no key is known, only the time decides.
      return key.container === '' || touches(key) || seenAt < before - FOREIGN_SCOPE_MS;
    });
  });
}

type TakenOver = { readonly [Name in 'run' | 'runs']?: LedgerDocument[Name] | undefined };

/** A record of an older release does not say of which settings its run is. */
function isTakenOver({ run, runs }: TakenOver = {}, mirror: string, proof: Proof['run']): boolean {
  const known = runs === undefined ? run : runs.find((each) => each.mirror === mirror)?.run;
  // Ids sort by time.
  return known !== undefined && known >= proof;
}

/** Whether a record stands for more keys than one. */
function isMany({ path, below }: Pick<NamedKey, 'path' | 'below'>): boolean {
  return path === '' || below === true;
}

/** Whether a recorded key, or something below it, is in the scope. An empty path stands for the whole container. */
export function touchesNamed(
  scope: WiderScope,
  { container, path }: Pick<NamedKey, 'container' | 'path'>,
): boolean {
  try {
    const key = parseKey(container, path || '/');
    return path === '' ? scope.includesContainer(key.container) : touchesKey(scope, key);
  } catch {
    return false;
  }
}

/** What a full sync left: by name, as far as names fit, and the rest by number. */
export async function readLeft(
  proof: Proof,
  report: TakeOverParts['report'],
  { names, lines }: TakeOverLimits = LIMITS,
): Promise<LeftByRun> {
  const { count, sample } = proof.excepted;
  const found = new Map<string, Unprotected>();
  const add = ({ container, path, reason }: { container: string; path: string; reason: string }): void => {
    const key = toUnprotected(container, path, reason);
    if (key !== undefined) found.set(`${container}/${path}`, key);
  };
  sample.forEach(add);
  if (sample.length < count) {
    let seen = 0;
    for await (const line of report(proof.run)) {
      if (found.size >= names || ++seen > lines) break;
      const { container, path, verdict, reason, code } = JSON.parse(line) as ReportLine;
      const why = verdict === 'skipped' ? reason : verdict === 'failed' ? code : undefined;
      if (why !== undefined && !isIntended(why)) add({ container, path, reason: why });
    }
  }
  const named = Map.groupBy(found.values(), ({ reason }) => reason);
  const more = Object.entries(proof.byReason)
    .map(([reason, all]) => ({ reason, count: all - (named.get(reason)?.length ?? 0) }))
    .filter((each) => each.count > 0);
  return { run: proof.run, startedAt: proof.at, left: [...found.values()], more };
}

/** Undefined: its container has no name that can be mirrored. */
function toUnprotected(container: string, path: string, reason: string): Unprotected | undefined {
  try {
    // Without a path it is the whole container, or its root directory: no check of a key clears it.
    return { container: parseContainerName(container), path, reason, ...(path === '' && { below: true }) };
  } catch {
    return undefined;
  }
}
