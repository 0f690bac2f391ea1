/** What Azurite's handlers ask of the two stores, written by hand from its code. Types only. */
import type { Readable } from 'node:stream';
import type {
  Blob,
  BlobProperties,
  BlobTags,
  Block,
  Container,
  Extent,
  Metadata,
  StoredBlob,
} from '../store/blob.ts';
import type { Conditions, Context, WriteOptions } from './azurite-model.ts';

type CopyMethod = (
  context: Context,
  source: BlobAddress,
  destination: BlobAddress,
  copySource: string,
  metadata: Metadata | undefined,
  tier: string | undefined,
  options?: WriteOptions,
) => Promise<BlobProperties>;

/** How Azurite's handlers name a blob or a snapshot of one; versions are named here alone. */
export interface BlobAddress {
  readonly account: string;
  readonly container: string;
  readonly blob: string;
  readonly snapshot?: string | undefined;
  readonly version?: string | undefined;
}

type OfContainer = [context: Context, account: string, container: string];
type OfBlob = [...container: OfContainer, blob: string];
type OfSnapshot = [...blob: OfBlob, snapshot?: string];
type Checked = [lease?: object, conditions?: Conditions];

/** What Azurite asks of the store of all that is not content. */
export interface MetadataStore {
  setServiceProperties(context: Context, properties: ServiceProperties): Promise<unknown>;
  getServiceProperties(context: Context, account: string): Promise<object | undefined>;

  listContainers(
    context: Context,
    account: string,
    prefix?: string,
    maxResults?: number,
    marker?: string,
  ): Promise<[containers: readonly Container[], marker: string | undefined]>;
  createContainer(context: Context, container: Container): Promise<unknown>;
  getContainerProperties(...parameters: [...OfContainer, lease?: object]): Promise<unknown>;
  deleteContainer(
    ...parameters: [...OfContainer, options?: LeaseOptions & { leaseAccessConditions?: object }]
  ): Promise<void>;
  setContainerMetadata(
    ...parameters: [
      ...OfContainer,
      lastModified: Date,
      etag: string,
      metadata: Metadata | undefined,
      ...Checked,
    ]
  ): Promise<void>;
  getContainerACL(...parameters: [...OfContainer, lease?: object]): Promise<unknown>;
  setContainerACL(...parameters: [...OfContainer, acl: ContainerAcl]): Promise<void>;
  checkContainerExist(...parameters: OfContainer): Promise<void>;
  /** `version`: of the deleted container. */
  restoreContainer(...parameters: [...container: OfContainer, version: string]): Promise<void>;

  acquireContainerLease(
    ...parameters: [...OfContainer, options: LeaseOptions & { duration?: number; proposedLeaseId?: string }]
  ): Promise<unknown>;
  releaseContainerLease(
    ...parameters: [...OfContainer, leaseId: string, options?: LeaseOptions]
  ): Promise<unknown>;
  renewContainerLease(
    ...parameters: [...OfContainer, leaseId: string, options?: LeaseOptions]
  ): Promise<unknown>;
  changeContainerLease(
    ...parameters: [...OfContainer, leaseId: string, proposed: string, options?: LeaseOptions]
  ): Promise<unknown>;
  breakContainerLease(
    ...parameters: [...OfContainer, period: number | undefined, options?: LeaseOptions]
  ): Promise<unknown>;
  acquireBlobLease(
    ...parameters: [...OfBlob, duration: number, proposed?: string, options?: LeaseOptions]
  ): Promise<unknown>;
  releaseBlobLease(...parameters: [...OfBlob, leaseId: string, options?: LeaseOptions]): Promise<unknown>;
  renewBlobLease(...parameters: [...OfBlob, leaseId: string, options?: LeaseOptions]): Promise<unknown>;
  changeBlobLease(
    ...parameters: [...OfBlob, leaseId: string, proposed: string, options?: LeaseOptions]
  ): Promise<unknown>;
  breakBlobLease(
    ...parameters: [...OfBlob, period: number | undefined, options?: LeaseOptions]
  ): Promise<unknown>;

  downloadBlob(...parameters: [...OfSnapshot, ...Checked]): Promise<StoredBlob>;
  getBlobProperties(...parameters: [...OfSnapshot, ...Checked]): Promise<unknown>;
  checkBlobExist(...parameters: OfSnapshot): Promise<void>;
  getBlobType(account: string, container: string, blob: string, snapshot?: string): Promise<unknown>;
  getBlockList(
    ...parameters: [
      ...blob: OfBlob,
      snapshot: string | undefined,
      isCommitted: boolean | undefined,
      ...Checked,
    ]
  ): Promise<{
    properties: BlobProperties;
    uncommittedBlocks: readonly object[];
    committedBlocks: readonly object[];
  }>;
  getPageRanges(...parameters: [...OfSnapshot, ...Checked]): Promise<unknown>;
  getBlobTag(...parameters: [...OfSnapshot, ...Checked]): Promise<BlobTags | undefined>;
  listBlobs(
    ...parameters: [
      ...OfContainer,
      delimiter: string | undefined,
      blob: string | undefined,
      prefix?: string,
      maxResults?: number,
      marker?: string,
      includeSnapshots?: boolean,
      includeUncommitted?: boolean,
      startFrom?: string,
      history?: ListedHistory,
    ]
  ): Promise<[blobs: readonly Blob[], prefixes: readonly { readonly name: string }[], marker: string]>;
  filterBlobs(
    context: Context,
    account: string,
    container: string | undefined,
    where: string | undefined,
    maxResults?: number,
    marker?: string,
  ): Promise<[blobs: readonly object[], marker: string]>;

  createBlob(context: Context, blob: Blob, ...checked: Checked): Promise<unknown>;
  createSnapshot(
    ...parameters: [...OfBlob, lease?: object, metadata?: Metadata, conditions?: Conditions]
  ): Promise<unknown>;
  deleteBlob(...parameters: [...OfBlob, options: WriteOptions]): Promise<DeletedBlob>;
  undeleteBlob(...parameters: OfBlob): Promise<void>;
  setImmutabilityPolicy(...parameters: [...OfBlob, conditions?: Conditions]): Promise<void>;
  deleteImmutabilityPolicy(...parameters: OfBlob): Promise<void>;
  setLegalHold(...parameters: [...blob: OfBlob, isHeld: boolean]): Promise<void>;
  sealBlob(
    ...parameters: [...OfBlob, snapshot: string | undefined, options: WriteOptions]
  ): Promise<BlobProperties>;
  setBlobHTTPHeaders(
    ...parameters: [
      ...OfBlob,
      lease: object | undefined,
      headers: WriteOptions['blobHTTPHeaders'],
      conditions?: Conditions,
    ]
  ): Promise<BlobProperties>;
  setBlobMetadata(
    ...parameters: [
      ...OfBlob,
      lease: object | undefined,
      metadata: Metadata | undefined,
      conditions?: Conditions,
    ]
  ): Promise<BlobProperties>;
  setBlobTag(
    ...parameters: [
      ...blob: OfBlob,
      snapshot: string | undefined,
      lease: object | undefined,
      tags: BlobTags | undefined,
      conditions?: Conditions,
    ]
  ): Promise<void>;
  setTier(...parameters: [...OfBlob, tier: string, lease?: object]): Promise<number>;
  parseTier(tier: string): string | undefined;
  copyFromURL: CopyMethod;
  startCopyFromURL: CopyMethod;

  stageBlock(context: Context, block: NewBlock, lease?: object): Promise<void>;
  commitBlockList(
    context: Context,
    blob: Blob,
    blocks: readonly { readonly blockName: string; readonly blockCommitType: string }[],
    ...checked: Checked
  ): Promise<void>;
  appendBlock(
    context: Context,
    block: NewBlock,
    lease?: object,
    conditions?: Conditions,
    position?: { readonly appendPosition?: number; readonly maxSize?: number },
  ): Promise<BlobProperties>;

  uploadPages(
    context: Context,
    blob: Blob,
    start: number,
    end: number,
    content: Extent,
    lease?: object,
    conditions?: Conditions,
    sequence?: object,
  ): Promise<BlobProperties>;
  clearRange(
    context: Context,
    blob: Blob,
    start: number,
    end: number,
    lease?: object,
    conditions?: Conditions,
    sequence?: object,
  ): Promise<BlobProperties>;
  resizePageBlob(...parameters: [...OfBlob, length: number, ...Checked]): Promise<BlobProperties>;
  updateSequenceNumber(
    ...parameters: [...OfBlob, action: string, given: number | undefined, ...Checked]
  ): Promise<BlobProperties>;
}

/** What is left of what was deleted. */
export interface DeletedBlob {
  /** Nothing that could be restored. */
  readonly isGone: boolean;
  /** Of a path of a hierarchical account that can be restored. */
  readonly deletionId?: string;
}

/** What a listing includes besides the blobs that are there. */
export interface ListedHistory {
  readonly versions: boolean;
  readonly deleted: boolean;
  /** An entry for each name that has versions and no current one. */
  readonly deletedWithVersions: boolean;
}

/** Of an account's Blob service, in Azurite's shape. */
interface ServiceProperties {
  readonly accountName: string;
}

interface ContainerAcl {
  readonly lastModified: Date;
  readonly etag: string;
  readonly publicAccess?: string;
  readonly containerAcl?: readonly object[];
  readonly leaseAccessConditions?: object;
  readonly modifiedAccessConditions?: Conditions;
}

/** A block to be staged or appended. */
interface NewBlock extends Block {
  readonly accountName: string;
  readonly containerName: string;
  readonly blobName: string;
}

export interface LeaseOptions {
  readonly modifiedAccessConditions?: Conditions;
}

/** A lease at a time, as Azurite's state machine has it; a change that is not allowed throws. */
export interface LeaseState {
  acquire(seconds: number | undefined, proposedId?: string): LeaseState;
  release(id: string): LeaseState;
  renew(id: string): LeaseState;
  change(id: string, proposedId: string): LeaseState;
  break(period: number | undefined): LeaseState;
  validate(validator: object): LeaseState;
  sync(syncer: object): unknown;
}

/** What Azurite asks of the store of contents. */
export interface ExtentStore {
  appendExtent(data: Readable | Buffer, contextId?: string): Promise<Extent>;
  readExtent(extent: Extent | undefined, contextId?: string): Promise<Readable>;
  readExtents(
    extents: readonly Extent[],
    offset: number,
    count: number,
    contextId?: string,
  ): Promise<Readable>;
}

/** Of an operation's handler, the stores that it works on. */
export interface Handler {
  readonly metadataStore: MetadataStore;
  readonly extentStore: ExtentStore;
}
