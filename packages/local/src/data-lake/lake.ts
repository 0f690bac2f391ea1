import type { ExtentStore, MetadataStore } from '../azurite/azurite-stores.ts';
import type { StorageMutation } from '../requests/storage-mutation.ts';
import type { HistorySettings } from '../storage/history-settings.ts';
import type { Store } from '../store/open-store.ts';
import type { Namespace } from './namespace.ts';
import type { PathRequest } from './path-request.ts';

/** What the operations of the Data Lake API need. */
export interface Lake {
  /** Each operation that is acknowledged is one transaction of it. */
  readonly store: Store;
  readonly namespace: Namespace;
  readonly history: HistorySettings;
  /** Takes bytes in, and reports a disk that fails. */
  readonly extents: Pick<ExtentStore, 'appendExtent'>;
  /** `http://127.0.0.1:PORT`, the same for both APIs. */
  readonly origin: string;
  /** The Blob API's own, which report no mutation. */
  readonly createBlob: MetadataStore['createBlob'];
  readonly deleteBlob: MetadataStore['deleteBlob'];
  /** Called after the transaction. */
  report(request: PathRequest, change: PathMutation): void;
}

type TakenFromRequest = 'account' | 'container' | 'path' | 'url' | 'requestId' | 'clientRequestId' | 'time';

/** The facts of a mutation that its request does not hold. */
type PathMutation = Omit<StorageMutation, TakenFromRequest>;

export interface PathAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
}

export type PathOperation = (lake: Lake, request: PathRequest) => Promise<PathAnswer> | PathAnswer;
