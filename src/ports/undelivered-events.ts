/**
 * Where Event Grid puts events that it could not deliver: blobs, each with an array of events. Every method rejects with
 * a `BlobmirrorError` of a storage code and nothing else.
 */
export interface UndeliveredEvents {
  /** The blobs with undelivered events, a page at a time; nothing when there is no such container. */
  list(): AsyncIterable<readonly UndeliveredBatch[]>;

  /** The content, as text; undefined when the blob is gone or has another version by now. */
  read(spooled: UndeliveredBatch): Promise<string | undefined>;

  /** Succeeds when the blob is gone or has another version by now; that version is not deleted. */
  remove(spooled: UndeliveredBatch): Promise<void>;

  /** Marks a blob that cannot be read, so that it is reported once. */
  setAside(spooled: UndeliveredBatch): Promise<void>;
}

export interface UndeliveredBatch {
  readonly name: string;
  /** Opaque: names the version that was listed. */
  readonly version: string;
  readonly bytes: number;
  readonly isSetAside: boolean;
}
