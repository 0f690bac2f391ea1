import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { LargeContents } from './large-contents.ts';

/** Large contents in files of one folder, named at random. */
export class ContentFiles implements LargeContents {
  readonly #folder: string;
  readonly #unkept = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<ContentFiles> {
    await mkdir(folder, { recursive: true });
    return new ContentFiles(folder);
  }

  async write(
    chunks: readonly Buffer[],
    rest: AsyncIterable<Uint8Array>,
  ): Promise<{ file: string; count: number }> {
    const file = randomUUID();
    const path = join(this.#folder, file);
    const handle = await open(path, 'wx');
    let count = 0;
    try {
      const write = async (chunk: Uint8Array): Promise<void> => {
        for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten;
        count += chunk.length;
      };
      for (const chunk of chunks) await write(chunk);
      for await (const chunk of rest) await write(chunk);
    } catch (error) {
      await handle.close();
      await unlink(path);
      throw error;
    }
    await handle.close();
    this.#unkept.add(file);
    return { file, count };
  }

  keep(file: string): void {
    this.#unkept.delete(file);
  }

  read(file: string, offset: number, count: number): AsyncIterable<Buffer> {
    return createReadStream(join(this.#folder, file), { start: offset, end: offset + count - 1 });
  }

  async remove(files: readonly string[]): Promise<void> {
    for (const file of files) {
      this.#unkept.delete(file);
      try {
        await unlink(join(this.#folder, file));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      }
    }
  }

  unkept(): readonly string[] {
    return [...this.#unkept];
  }

  /** The files that are there, those that are being written too. */
  async all(): Promise<readonly string[]> {
    return await readdir(this.#folder);
  }
}
