import type { Verdict } from '../model/verdict.ts';
import type { Counts, ReportLine } from '../model/reconcile/run.ts';
import type { BlobmirrorError } from '../model/errors.ts';
import type { BlobPath, ContainerName } from '../model/key.ts';
import { recordChange } from '../telemetry/metrics.ts';
import { addSamples, NO_SAMPLES } from './add-counts.ts';

/** A key, or the root directory of a container, which has an empty path. */
interface Place {
  readonly container: ContainerName;
  readonly path: BlobPath | '';
}

/** Counts what becomes of keys, and makes the lines that tell of it. */
export class Tally {
  #inStep = 0;
  #nominated = 0;
  #bytesCopied = 0;
  readonly #byVerdict: Record<string, number> = {};
  readonly #skipped: Record<string, number> = {};
  readonly #failed: Record<string, number> = {};
  #samples = NO_SAMPLES;

  inStep(count: number): void {
    this.#inStep += count;
  }

  /** A key that did not look in step, whatever comes of it. */
  nominated(): void {
    this.#nominated++;
  }

  /** Undefined where there is nothing to report: the look found it in step. */
  verdict({ container, path }: Place, verdict: Verdict): ReportLine | undefined {
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

  /** What was mirrored without its access is as little in step as what lacks nothing else. */
  #exceptAccess({ container, path }: Place): void {
    const reason = 'access-not-permitted';
    add(this.#skipped, reason);
    this.#line({ container, path, verdict: 'skipped', reason });
  }

  failure({ container, path }: Place, { code, message }: BlobmirrorError): ReportLine {
    add(this.#failed, code);
    return this.#line({ container, path, verdict: 'failed', code, detail: message });
  }

  /** In a dry run. */
  found(
    { container, path }: Place,
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
