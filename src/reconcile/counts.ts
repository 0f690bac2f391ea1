import type { Counts, ReportLine, Samples } from '../api/run.ts';
import type { BlobmirrorError } from '../model/errors.ts';
import type { BlobPath, ContainerName } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import { recordChange } from '../telemetry/metrics.ts';

export const NO_COUNTS: Counts = {
  inStep: 0,
  nominated: 0,
  bytesCopied: 0,
  byVerdict: {},
  skipped: {},
  failed: {},
};

export const NO_SAMPLES: Samples = { repaired: [], skipped: [], failed: [] };

/** Lines of each kind in `Run.samples`. */
export const MAX_SAMPLES = 100;

export function addCounts(one: Counts, other: Partial<Counts>): Counts {
  return {
    inStep: one.inStep + (other.inStep ?? 0),
    nominated: one.nominated + (other.nominated ?? 0),
    bytesCopied: one.bytesCopied + (other.bytesCopied ?? 0),
    byVerdict: addCountsByName(one.byVerdict, other.byVerdict),
    skipped: addCountsByName(one.skipped, other.skipped),
    failed: addCountsByName(one.failed, other.failed),
  };
}

type CountsByName = Readonly<Record<string, number>>;

export function addCountsByName(one: CountsByName, other: CountsByName = {}): CountsByName {
  const sum = { ...one };
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

export function addSamples(samples: Samples, lines: readonly ReportLine[]): Samples {
  const all = { ...samples };
  for (const line of lines) {
    const kind = kindOf(line);
    if (all[kind].length < MAX_SAMPLES) all[kind] = [...all[kind], line];
  }
  return all;
}

/** In a dry run, `repaired` is what would be. */
function kindOf({ verdict }: ReportLine): keyof Samples {
  if (verdict === 'skipped') return 'skipped';
  return verdict === 'failed' ? 'failed' : 'repaired';
}

/** A key, or the root directory of a container, with an empty path. */
interface KeyOrRoot {
  readonly container: ContainerName;
  readonly path: BlobPath | '';
}

/** Counts the results of keys and makes their report lines. */
export class KeyCounter {
  #inStep = 0;
  #nominated = 0;
  #bytesCopied = 0;
  readonly #byVerdict: Record<string, number> = {};
  readonly #skipped: Record<string, number> = {};
  readonly #failed: Record<string, number> = {};
  #samples = NO_SAMPLES;

  countInStep(count: number): void {
    this.#inStep += count;
  }

  /** A key that did not look in step, whatever its result. */
  countNominated(): void {
    this.#nominated++;
  }

  /** Undefined: the check found the key in step, so there is nothing to report. */
  recordVerdict({ container, path }: KeyOrRoot, verdict: Verdict): ReportLine | undefined {
    const bytes = verdict.verdict === 'copied' ? verdict.bytes : undefined;
    const likelySame = verdict.verdict === 'copied' && verdict.likelySame ? { path } : undefined;
    recordChange({ verdict: verdict.verdict, door: 'reconcile', container, bytes, likelySame });
    add(this.#byVerdict, verdict.verdict);
    if (verdict.verdict === 'in-sync') return undefined;
    if (verdict.verdict === 'skipped') {
      add(this.#skipped, verdict.reason);
      return this.#line({ container, path, verdict: verdict.verdict, reason: verdict.reason });
    }
    if ('access' in verdict) this.#exceptAccess({ container, path });
    this.#bytesCopied += bytes ?? 0;
    return this.#line({
      container,
      path,
      verdict: verdict.verdict,
      ...(bytes !== undefined && { bytes }),
    });
  }

  /** A key that was mirrored without its access is an exception of the proof, like a skipped one. */
  #exceptAccess({ container, path }: KeyOrRoot): void {
    const reason = 'access-not-permitted';
    add(this.#skipped, reason);
    this.#line({ container, path, verdict: 'skipped', reason });
  }

  recordFailure({ container, path }: KeyOrRoot, { code, message }: BlobmirrorError): ReportLine {
    add(this.#failed, code);
    return this.#line({ container, path, verdict: 'failed', code, detail: message });
  }

  /** In a dry run. */
  recordDryRun(
    { container, path }: KeyOrRoot,
    what: 'missing' | 'different' | 'adoptable' | 'extra' | 'foreign',
  ): ReportLine {
    add(this.#byVerdict, what);
    return this.#line({ container, path, verdict: what });
  }

  /** The first lines of each kind. */
  get sample(): readonly ReportLine[] {
    const { repaired, skipped, failed } = this.#samples;
    return [...repaired, ...skipped, ...failed];
  }

  get counts(): Counts {
    return {
      inStep: this.#inStep,
      nominated: this.#nominated,
      bytesCopied: this.#bytesCopied,
      byVerdict: this.#byVerdict,
      skipped: this.#skipped,
      failed: this.#failed,
    };
  }

  #line(line: ReportLine): ReportLine {
    this.#samples = addSamples(this.#samples, [line]);
    return line;
  }
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
