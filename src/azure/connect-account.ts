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
  /** What a copy from this account is authorised by. */
  readonly authorization:
    | { readonly kind: 'key'; readonly credential: StorageSharedKeyCredential }
    | { readonly kind: 'sas'; readonly query: string }
    | { readonly kind: 'identity'; readonly credential: TokenCredential };
}

const options: StoragePipelineOptions = {
  // One try a request: a message that failed comes back from the queue with a delay of ours, so every request can be
  // counted and a write whose outcome is unknown is never repeated behind our back.
  retryOptions: { maxTries: 1 },
  userAgentOptions: { userAgentPrefix: 'blobmirror' },
};

export function connectAccount(connection: AccountConnection): Account {
  if ('connectionString' in connection) {
    const client = BlobServiceClient.fromConnectionString(connection.connectionString, options);
    const { credential } = client;
    return {
      name: client.accountName,
      client,
      authorization:
        credential instanceof StorageSharedKeyCredential
          ? { kind: 'key', credential }
          : { kind: 'sas', query: new URL(client.url).search },
    };
  }
  const client = new BlobServiceClient(connection.blobServiceUri, connection.credential, options);
  return {
    name: client.accountName,
    client,
    authorization: { kind: 'identity', credential: connection.credential },
  };
}
