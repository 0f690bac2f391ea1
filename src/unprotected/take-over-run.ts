import type { Proof } from '../api/proof.ts';
import type { ReportLine } from '../api/run.ts';
import { MOST_OFF_MS } from '../clock/observed-clock.ts';
import { parseContainerName } from '../model/key.ts';
import { type Unprotected, isIntended } from '../model/unprotected.ts';
import type { LedgerDocument, LeftByRun, NamedKey } from './ledger-document.ts';
import type { Ledger } from './ledger.ts';

export interface TakeOverParts {
  readonly ledger: Pick<Ledger, 'change'>;
  /** The lines of a full sync's report, as JSON. */
  readonly report: (run: Proof['run']) => AsyncIterable<string>;
  /** Whether a key, or something below it, is in the scope. */
  readonly touches: (key: Pick<NamedKey, 'container' | 'path'>) => boolean;
  readonly limits?: TakeOverLimits;
}

interface TakeOverLimits {
  readonly names: number;
  readonly lines: number;
}

/** A first full sync reports each blob that it copied: of more lines than these, the rest is counted without names. */
const LIMITS: TakeOverLimits = { names: 1000, lines: 200_000 };
/** How long another worker's keys stay that are out of the scope of this one. */
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
  if (proof !== undefined) await takeOverRun(parts, proof, known.document?.run);
  return (await ledger.refresh()).document;
}

/**
 * Takes the newest proof over into the ledger, once: what was recorded before that full sync began, and it did not leave,
 * is in step; what it left is on record by name, and retried from then on.
 */
export async function takeOverRun(
  { ledger, report, touches, limits = LIMITS }: TakeOverParts,
  proof: Proof,
  known: string | undefined,
): Promise<void> {
  // Ids sort by time.
  if (known !== undefined && known >= proof.run) return;
  const left = await readLeft(proof, report, limits);
  const before = Date.parse(proof.at) - MOST_OFF_MS;
  await ledger.change((draft) => {
    if (draft.run !== undefined && draft.run >= proof.run) return;
    draft.takeOver(left, (key) => {
      const seenAt = Date.parse(key.seenAt);
      return seenAt < before && (touches(key) || seenAt < before - FOREIGN_SCOPE_MS);
    });
  });
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
