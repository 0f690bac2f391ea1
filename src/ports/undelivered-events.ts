/**
 * Where Event Grid puts events that it could not deliver: blobs, each with an array of events. Every method rejects with
 * a `BlobmirrorError` of a storage code and nothing else.
 */
export interface UndeliveredEvents {
  /** What is there, a page at a time; nothing where there is no such container. */
  list(): AsyncIterable<readonly UndeliveredBatch[]>;

  /** The content, as text; undefined when it is gone or another one by now. */
  read(spooled: UndeliveredBatch): Promise<string | undefined>;

  /** It is no error when it is gone, or another one by now; that one stays. */
  remove(spooled: UndeliveredBatch): Promise<void>;

  /** Marks one that cannot be read, so that it is told of once. */
  setAside(spooled: UndeliveredBatch): Promise<void>;
}

export interface UndeliveredBatch {
  readonly name: string;
  /** Opaque: names the version that was listed. */
  readonly version: string;
  readonly bytes: number;
  readonly isSetAside: boolean;
}
