import { randomUUID } from 'node:crypto';
import type { LargeContents } from './large-contents.ts';

/** Large contents of a store in memory. */
export class MemoryContents implements LargeContents {
  readonly #chunks = new Map<string, readonly Buffer[]>();
  readonly #unkept = new Set<string>();

  async write(
    chunks: readonly Buffer[],
    rest: AsyncIterable<Uint8Array>,
  ): Promise<{ file: string; count: number }> {
    const all = [...chunks];
    for await (const chunk of rest) all.push(Buffer.from(chunk));
    const file = randomUUID();
    this.#chunks.set(file, all);
    this.#unkept.add(file);
    return { file, count: all.reduce((sum, { length }) => sum + length, 0) };
  }

  keep(file: string): void {
    this.#unkept.delete(file);
  }

  read(file: string, offset: number, count: number): Iterable<Buffer> {
    return this.#slices(file, offset, count);
  }

  *#slices(file: string, offset: number, count: number): Generator<Buffer, void> {
    let skip = offset;
    let left = count;
    for (const chunk of this.#chunks.get(file) ?? []) {
      if (left === 0) return;
      const part = chunk.subarray(skip, skip + left);
      skip = Math.max(0, skip - chunk.length);
      left -= part.length;
      if (part.length > 0) yield part;
    }
  }

  remove(files: readonly string[]): Promise<void> {
    for (const file of files) {
      this.#chunks.delete(file);
      this.#unkept.delete(file);
    }
    return Promise.resolve();
  }

  unkept(): readonly string[] {
    return [...this.#unkept];
  }

  get bytesHeld(): number {
    let sum = 0;
    for (const chunks of this.#chunks.values()) for (const { length } of chunks) sum += length;
    return sum;
  }
}
