import type { BlobmirrorProcess } from '../../e2e/support/blobmirror-process.js';
import { startWorker } from '../../e2e/support/start-environment.js';
import { MemorySamples } from './memory-samples.js';

/** One worker process after the other, each until it is killed. */
export class MortalWorker {
  readonly #readyFile: string;
  #process: BlobmirrorProcess;
  #memory: MemorySamples;
  /** Of lives that are over. */
  readonly #ended: BlobmirrorProcess[] = [];
  /** Of all its lives. */
  readonly memory = { peakMiB: 0, growthMiB: 0 };

  private constructor(readyFile: string, process: BlobmirrorProcess) {
    this.#readyFile = readyFile;
    this.#process = process;
    this.#memory = new MemorySamples(process.pid);
  }

  static async start(readyFile: string): Promise<MortalWorker> {
    return new MortalWorker(readyFile, await startWorker(readyFile));
  }

  /** It dies in whatever it is doing, and another one takes its place. */
  async killAndRestart(): Promise<void> {
    this.#process.signal('SIGKILL');
    this.#ended.push(this.#process);
    const end = await this.#process.ended;
    if (end !== 'SIGKILL')
      throw new Error(`a worker ended by itself, with ${end}: ${this.#process.output.stderr.slice(-2000)}`);
    this.#process = await startWorker(this.#readyFile);
    this.#memory = new MemorySamples(this.#process.pid);
  }

  /** As an operator ends it. */
  async end(): Promise<void> {
    await this.#process.end();
  }

  get kills(): number {
    return this.#ended.length;
  }

  /** What it said, in all its lives, of errors that should not be. */
  defects(): string[] {
    return [...this.#ended, this.#process].flatMap(({ output }) =>
      output.stderr.split('\n').filter((line) => line.includes('"code":"unexpected"')),
    );
  }

  lookAtMemory(): void {
    this.#memory.take();
    this.memory.peakMiB = Math.max(this.memory.peakMiB, this.#memory.peakMiB);
    this.memory.growthMiB = Math.max(this.memory.growthMiB, this.#memory.growthMiB);
  }
}
