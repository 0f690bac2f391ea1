/**
 * A change of a blob that Azure raises an event for, with the facts the event carries.
 * Absent: what Azure's event of that kind does not carry.
 */
export interface StorageMutation {
  readonly account: string;
  readonly container: string;
  /** The blob's name, decoded. */
  readonly path: string;
  /** Put Blob From URL and the creation of append and page blobs are `PutBlob`, both kinds of copy `CopyBlob`. */
  readonly api: 'PutBlob' | 'PutBlockList' | 'CopyBlob' | 'DeleteBlob' | 'SetBlobTier';
  /** Without quotes. */
  readonly eTag?: string;
  readonly contentType?: string;
  /** Bytes. */
  readonly contentLength?: number;
  readonly blobType?: string;
  readonly accessTier?: string;
  readonly previousTier?: string;
  /** The URL of the blob, percent-encoded, without a query and so without a SAS. */
  readonly url: string;
  readonly requestId: string;
  readonly clientRequestId?: string;
  readonly time: Date;
}
