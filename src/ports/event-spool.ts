/**
 * Where Event Grid puts events that it could not deliver: blobs, each with an array of events. Every method rejects with
 * a `BlobmirrorError` of a storage code and nothing else.
 */
export interface EventSpool {
  /** What is there, a page at a time; nothing where there is no such container. */
  list(): AsyncIterable<readonly SpooledEvents[]>;

  /** The content, as text; undefined when it is gone or another one by now. */
  read(spooled: SpooledEvents): Promise<string | undefined>;

  /** It is no error when it is gone, or another one by now; that one stays. */
  remove(spooled: SpooledEvents): Promise<void>;

  /** Marks one that cannot be read, so that it is told of once. */
  setAside(spooled: SpooledEvents): Promise<void>;
}

export interface SpooledEvents {
  readonly name: string;
  /** Opaque: names the version that was listed. */
  readonly version: string;
  readonly bytes: number;
  readonly isSetAside: boolean;
}
