import type { TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import {
  BlobServiceClient,
  type Pipeline,
  type StoragePipelineOptions,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { type PipelineLimits, openPipeline } from './open-pipeline.ts';
import { type NegotiatedVersion, negotiatedVersionOf } from './service-version.ts';
import { type SasSuccession, sasSuccessionOf } from './sas-succession.ts';
import { toStorageError } from '../errors/storage-error.ts';
import type { ServiceVersion } from '../../model/service-version.ts';
import { AccountClient, prepareKey } from '../../sdk-internals/storage-sdk.ts';
import { checkSdk } from '../../sdk-internals/check-sdk.ts';

/** How to reach an account: by a connection string (key or SAS), or at an endpoint with an Entra identity. */
export type AccountConnection = {
  /**
   * The account's name, for an endpoint from which the SDK cannot derive it: a custom domain, or a DNS zone
   * endpoint.
   */
  readonly accountName?: string;
  /** A fixed service version; undefined: that of the SDK, or an older one where it is refused. */
  readonly apiVersion?: ServiceVersion;
} & (
  | {
      readonly connectionString: string;
      /** Of the same account, where both hold a SAS: takes over when the first one has ended. */
      readonly secondary?: string;
    }
  | { readonly blobServiceUri: string; readonly credential: TokenCredential }
);

export interface Account {
  readonly name: string;
  readonly client: AccountClient;
  readonly negotiatedVersion: NegotiatedVersion;
  /** How many times a request is sent in total before it fails. */
  readonly tries: number;
  /** A pipeline like the client's own, for a client that adds something to its requests. */
  createPipeline(...added: readonly PipelinePolicy[]): Pipeline;
  /** What authorises a copy from this account. */
  readonly authorization:
    | { readonly kind: 'key'; readonly credential: StorageSharedKeyCredential }
    | { readonly kind: 'sas'; readonly sas: SasSuccession }
    | { readonly kind: 'identity'; readonly credential: TokenCredential };
}

export interface ConnectOptions extends PipelineLimits {
  /**
   * How many times a request is sent in total before it fails. One by default: a message that failed comes
   * back from the queue with a delay of ours, so every request can be counted and a write of unknown outcome
   * is never repeated by the SDK. Use more only for callers that only read.
   */
  readonly tries: number;
}

export function connectAccount(
  connection: AccountConnection,
  { tries, ...limits }: ConnectOptions = { tries: 1 },
): Account {
  checkSdk();
  const pipelineOptions: StoragePipelineOptions = {
    retryOptions: { maxTries: tries },
    userAgentOptions: { userAgentPrefix: 'blobmirror' },
  };
  const open = (
    name: string,
    url: string,
    credential: BlobServiceClient['credential'],
    authorization: Account['authorization'],
  ): Account => {
    const negotiatedVersion = negotiatedVersionOf(url, connection.apiVersion);
    const createPipeline: Account['createPipeline'] = (...added) =>
      openPipeline(
        name,
        credential,
        pipelineOptions,
        negotiatedVersion,
        limits,
        added,
        authorization.kind === 'sas' ? authorization.sas.policy : undefined,
      );
    const client = new AccountClient(url, createPipeline());
    return { name, client, negotiatedVersion, tries, createPipeline, authorization };
  };
  if ('connectionString' in connection) {
    const { accountName, credential, url } = BlobServiceClient.fromConnectionString(
      connection.connectionString,
      pipelineOptions,
    );
    const { secondary } = connection;
    const second = secondary === undefined ? [] : [BlobServiceClient.fromConnectionString(secondary).url];
    if (credential instanceof StorageSharedKeyCredential) prepareKey(credential);
    return open(
      connection.accountName ?? accountName,
      url,
      credential,
      credential instanceof StorageSharedKeyCredential
        ? { kind: 'key', credential }
        : { kind: 'sas', sas: sasSuccessionOf([url, ...second]) },
    );
  }
  const { blobServiceUri, credential } = connection;
  const name = connection.accountName ?? new BlobServiceClient(blobServiceUri).accountName;
  return open(name, blobServiceUri, credential, { kind: 'identity', credential });
}

/** Whether an account is hierarchical: has directories, renames and access control lists. One request. */
export async function readAccountKind({ client, name }: Account): Promise<'flat' | 'hierarchical'> {
  try {
    const { isHierarchicalNamespaceEnabled } = await client.getAccountInfo();
    return isHierarchicalNamespaceEnabled === true ? 'hierarchical' : 'flat';
  } catch (error) {
    throw toStorageError(error, 'read', name);
  }
}
