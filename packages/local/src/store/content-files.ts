import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { LargeContents } from './large-contents.ts';
import { fromFileSystem } from './store-error.ts';

/** Large contents in files of one folder, named at random. */
export class ContentFiles implements LargeContents {
  readonly bytesHeld = 0;
  readonly #folder: string;
  readonly #unkept = new Set<string>();
  /** What earlier processes left, until it is known which of it is referred to. */
  readonly #left: readonly string[];

  private constructor(folder: string, left: readonly string[]) {
    this.#folder = folder;
    this.#left = left;
  }

  /** @throws StoreError */
  static async open(folder: string): Promise<ContentFiles> {
    try {
      await mkdir(folder, { recursive: true });
      return new ContentFiles(folder, await readdir(folder));
    } catch (error) {
      throw fromFileSystem(error, folder);
    }
  }

  /** The files that were there at the start. */
  get left(): readonly string[] {
    return this.#left;
  }

  async write(
    chunks: readonly Buffer[],
    rest: AsyncIterable<Uint8Array>,
  ): Promise<{ file: string; count: number }> {
    const file = randomUUID();
    const path = join(this.#folder, file);
    const handle = await onDisk(path, async () => await open(path, 'wx'));
    let count = 0;
    const write = async (chunk: Uint8Array): Promise<void> => {
      await writeAll(handle, chunk, path);
      count += chunk.length;
    };
    try {
      for (const chunk of chunks) await write(chunk);
      for await (const chunk of rest) await write(chunk);
    } catch (error) {
      await handle.close();
      await unlink(path);
      throw error;
    }
    await onDisk(path, async () => await handle.close());
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
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, path: string): Promise<void> {
  for (let at = 0; at < chunk.length;)
    at += (await onDisk(path, async () => await handle.write(chunk, at))).bytesWritten;
}

async function onDisk<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw fromFileSystem(error, path);
  }
}
