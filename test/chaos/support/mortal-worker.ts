import type { BlobmirrorProcess } from '../../e2e/support/blobmirror-process.ts';
import { startWorker } from '../../e2e/support/start-environment.ts';
import { MemorySamples } from './memory-samples.ts';

/** One worker process after another, each until it is killed. */
export class MortalWorker {
  readonly #readyFile: string;
  readonly #lives: BlobmirrorProcess[] = [];
  readonly #killed = new Set<BlobmirrorProcess>();
  readonly #fallen: string[] = [];
  #process: BlobmirrorProcess;
  #samples: MemorySamples;
  /** Of all its lives. */
  readonly memory = { peakMiB: 0, growthMiB: 0 };

  private constructor(readyFile: string, process: BlobmirrorProcess) {
    this.#readyFile = readyFile;
    this.#process = process;
    this.#samples = this.#live(process);
  }

  static async start(readyFile: string): Promise<MortalWorker> {
    return new MortalWorker(readyFile, await startWorker(readyFile));
  }

  get kills(): number {
    return this.#killed.size;
  }

  /** Kills it during any work, and starts another one. */
  async killAndRestart(): Promise<void> {
    if (this.#fallen.length > 0) throw new Error(this.#fallen.join());
    this.#killed.add(this.#process);
    this.#process.signal('SIGKILL');
    await this.#process.ended;
    this.#process = await startWorker(this.#readyFile);
    this.#samples = this.#live(this.#process);
  }

  /** Ends it as an operator does. */
  async end(): Promise<void> {
    await this.#process.end();
  }

  /** What must not happen in any of its lives: unexpected errors, and an end that the test did not cause. */
  defects(): string[] {
    const errors = this.#lives.flatMap(({ output }) =>
      output.stderr.split('\n').filter((line) => line.includes('"code":"unexpected"')),
    );
    return [...this.#fallen, ...errors];
  }

  lookAtMemory(): void {
    this.#samples.take();
    this.memory.peakMiB = Math.max(this.memory.peakMiB, this.#samples.peakMiB);
    this.memory.growthMiB = Math.max(this.memory.growthMiB, this.#samples.growthMiB);
  }

  #live(process: BlobmirrorProcess): MemorySamples {
    this.#lives.push(process);
    void this.#watch(process);
    return new MemorySamples(process.pid);
  }

  async #watch(process: BlobmirrorProcess): Promise<void> {
    const end = await process.ended;
    if (this.#killed.has(process)) return;
    this.#fallen.push(`a worker ended by itself, with ${end}: ${process.output.stderr.slice(-2000)}`);
  }
}
