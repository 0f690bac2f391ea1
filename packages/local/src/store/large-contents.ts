/** Where large contents are: in files, or in memory beside a database in memory. */
export interface LargeContents {
  /** Writes the chunks and then the rest to a new file. Rejects without leaving a file. */
  write(
    chunks: readonly Buffer[],
    rest: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly file: string; readonly count: number }>;
  /** A row refers to the file from now on; otherwise it is removed when the requests that may store it are over. */
  keep(file: string): void;
  read(file: string, offset: number, count: number): AsyncIterable<Buffer> | Iterable<Buffer>;
  /** Removes files that no row refers to. */
  remove(files: readonly string[]): Promise<void>;
  /** In memory. */
  readonly bytesHeld: number;
  /** Files that were written and that no row came to refer to. */
  unkept(): readonly string[];
}
