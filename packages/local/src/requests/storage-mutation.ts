/**
 * A change of a blob that Azure raises an event for, with the facts that the event carries. A member is
 * absent when Azure's event of that kind lacks it.
 */
export interface StorageMutation {
  readonly account: string;
  readonly container: string;
  /** The blob's name, decoded; of a rename, the new one. */
  readonly path: string;
  /**
   * Put Blob From URL and the creation of append and page blobs are `PutBlob`, both kinds of copy `CopyBlob`.
   * From `CreateFile` on, operations of the Data Lake API. An operation on a directory is one mutation,
   * whatever the directory holds.
   */
  readonly api:
    | 'PutBlob'
    | 'PutBlockList'
    | 'CopyBlob'
    | 'DeleteBlob'
    | 'SetBlobTier'
    | 'CreateFile'
    | 'FlushWithClose'
    | 'DeleteFile'
    | 'RenameFile'
    | 'CreateDirectory'
    | 'DeleteDirectory'
    | 'RenameDirectory';
  /** Without quotes. */
  readonly eTag?: string;
  readonly contentType?: string;
  /** Bytes. */
  readonly contentLength?: number;
  /** Bytes. */
  readonly contentOffset?: number;
  readonly blobType?: string;
  readonly accessTier?: string;
  readonly previousTier?: string;
  /**
   * The URL of the blob, percent-encoded, without a query and so without a SAS. A rename has the next two
   * instead.
   */
  readonly url?: string;
  readonly sourceUrl?: string;
  readonly destinationUrl?: string;
  /** A string in Azure's events too. */
  readonly recursive?: 'true' | 'false';
  readonly requestId: string;
  readonly clientRequestId?: string;
  readonly time: Date;
}
