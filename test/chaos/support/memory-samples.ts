import { readFileSync } from 'node:fs';

/** The time in which a process loads its code and meets most situations. */
const WARM_AFTER_MS = 20_000;

/** The resident memory of one process over its life. Empty on systems without /proc. */
export class MemorySamples {
  readonly #pid: number;
  readonly #born = performance.now();
  /** The most in the first moments after that time, the baseline of later samples. */
  #warmMiB: number | undefined;
  peakMiB = 0;
  growthMiB = 0;

  constructor(pid: number) {
    this.#pid = pid;
  }

  take(): void {
    const rssMiB = residentMiB(this.#pid);
    const age = performance.now() - this.#born;
    this.peakMiB = Math.max(this.peakMiB, rssMiB);
    if (age < WARM_AFTER_MS) return;
    if (age < 2 * WARM_AFTER_MS) this.#warmMiB = Math.max(this.#warmMiB ?? 0, rssMiB);
    else if (this.#warmMiB !== undefined) this.growthMiB = Math.max(this.growthMiB, rssMiB - this.#warmMiB);
  }
}

/** 0 when there is no such process, or no way to read it. */
function residentMiB(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
