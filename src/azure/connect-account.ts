import type { TokenCredential } from '@azure/core-auth';
import {
  BlobServiceClient,
  StorageSharedKeyCredential,
  type StoragePipelineOptions,
} from '@azure/storage-blob';

/** How an account is reached: by a connection string (key or SAS), or at an endpoint with an Entra identity. */
export type AccountConnection =
  | { readonly connectionString: string }
  | { readonly blobServiceUri: string; readonly credential: TokenCredential };

export interface Account {
  readonly name: string;
  readonly client: BlobServiceClient;
  /** What the client was made with, for one more like it. */
  readonly pipelineOptions: StoragePipelineOptions;
  /** What a copy from this account is authorised by. */
  readonly authorization:
    | { readonly kind: 'key'; readonly credential: StorageSharedKeyCredential }
    | { readonly kind: 'sas'; readonly query: string }
    | { readonly kind: 'identity'; readonly credential: TokenCredential };
}

export interface ConnectOptions {
  /**
   * How often a request is sent in all before it fails. One, when nothing is said: a message that failed comes back
   * from the queue with a delay of ours, so every request can be counted and a write whose outcome is unknown is never
   * repeated behind our back. More is for those that only read.
   */
  readonly tries: number;
}

export function connectAccount(
  connection: AccountConnection,
  { tries }: ConnectOptions = { tries: 1 },
): Account {
  const pipelineOptions: StoragePipelineOptions = {
    retryOptions: { maxTries: tries },
    userAgentOptions: { userAgentPrefix: 'blobmirror' },
  };
  if ('connectionString' in connection) {
    const client = BlobServiceClient.fromConnectionString(connection.connectionString, pipelineOptions);
    const { credential } = client;
    return {
      name: client.accountName,
      client,
      pipelineOptions,
      authorization:
        credential instanceof StorageSharedKeyCredential
          ? { kind: 'key', credential }
          : { kind: 'sas', query: new URL(client.url).search },
    };
  }
  const client = new BlobServiceClient(connection.blobServiceUri, connection.credential, pipelineOptions);
  return {
    name: client.accountName,
    client,
    pipelineOptions,
    authorization: { kind: 'identity', credential: connection.credential },
  };
}
