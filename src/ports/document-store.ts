/**
 * Where the app keeps its own state: small JSON documents, and long lists of lines. Names are paths with
 * slashes. Every method rejects with a `BlobmirrorError` of a storage code and nothing else.
 */
export interface DocumentStore {
  /** Undefined when there is none. */
  read(name: string): Promise<StoredDocument | undefined>;

  /** Replaces the version of the document that was read, or creates the document where there is none. */
  write(
    name: string,
    value: unknown,
    condition: DocumentCondition,
  ): Promise<'written' | 'precondition-failed'>;

  /** Names with this prefix, some thousands at a time; those of one folder in ascending order. */
  list(prefix: string): AsyncIterable<readonly string[]>;

  /** Succeeds when there is none. */
  remove(name: string): Promise<void>;

  /** Replaces a list of lines. The new list appears as a whole when it is closed, or not at all. */
  openLines(name: string): LineWriter;

  /** Streams the lines of a list in bounded memory; none when there is no such list. */
  readLines(name: string): AsyncIterable<string>;
}

export interface StoredDocument {
  /**
   * Undefined when it is not JSON, not UTF-8, or larger than any document of ours: it exists, and is damaged.
   * A caller that needs more than to overwrite it reads it as a `DocumentKind`, since anyone with write
   * access may have changed it.
   */
  readonly value: unknown;
  /** Opaque: names this version to a later write. */
  readonly version: string;
  /**
   * When it was last written, to the second, by the clock of the service; undefined where the store does not
   * say.
   */
  readonly writtenAt?: Date | undefined;
}

export type DocumentCondition = { readonly version: string } | { readonly nothingThere: true };

/**
 * Memory is bounded: lines are sent in pieces. Many writes may run at once; all must be done before the
 * close.
 */
export interface LineWriter {
  /** One line, without its end. */
  write(line: string): Promise<void>;
  /** Makes the list appear. Without any lines, there is no list. */
  close(): Promise<void>;
}
