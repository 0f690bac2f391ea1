/**
 * Where the app keeps its own state: small JSON documents, and long lists of lines. Names are paths with slashes. Every
 * method rejects with a `BlobmirrorError` of a storage code and nothing else.
 */
export interface DocumentStore {
  /** Undefined when there is none. */
  read(name: string): Promise<StoredDocument | undefined>;

  /** Puts a document in the place of the version that was read, or where nothing is. */
  write(
    name: string,
    value: unknown,
    condition: DocumentCondition,
  ): Promise<'written' | 'precondition-failed'>;

  /** Names that begin so, some thousands at a time; those of one folder in ascending order. */
  list(prefix: string): AsyncIterable<readonly string[]>;

  /** It is no error when there is none. */
  remove(name: string): Promise<void>;

  /** A list of lines that appears whole when it is closed, in the place of what was there, or not at all. */
  openLines(name: string): LineWriter;

  /** The lines of a list, as they come, in bounded memory; none when there is no such list. */
  readLines(name: string): AsyncIterable<string>;
}

export interface StoredDocument {
  /**
   * Undefined where it is no JSON, no UTF-8, or larger than any document of ours: then it is there, and damaged. Whoever
   * needs more than to write over it reads it as a `DocumentKind`: anybody may have changed it who may write there.
   */
  readonly value: unknown;
  /** Opaque: names this version to a later write. */
  readonly version: string;
  /** When it was last written, to the second, by the clock of the service; undefined where the store does not tell. */
  readonly writtenAt?: Date | undefined;
}

export type DocumentCondition = { readonly version: string } | { readonly nothingThere: true };

/** Memory is bounded: what was written goes out in pieces. Many may write at once; all must be done before the close. */
export interface LineWriter {
  /** One line, without its end. */
  write(line: string): Promise<void>;
  /** Makes the list appear. With no line written there is none. */
  close(): Promise<void>;
}
