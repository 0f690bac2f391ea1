import { BlobServiceClient, type Pipeline } from '@azure/storage-blob';
import type { Account } from '../connect-account.js';

/** Sends a PUT without a body to a URL of the account. Fails as a call of the SDK does, with its RestError. */
export type SendCopy = (
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<void>;

/**
 * Copies by the thousand, through a pipeline like all others of the account. The SDK makes a client for each blob, writes
 * each header by a description of it and reads the answer by another, which together take as long as all else that we do
 * for a copy. Here one client sends what it is given, and of an answer nothing is read but the error.
 */
export function openSendCopy(account: Account): SendCopy {
  const client = new CopyClient(account.client.url, account.createPipeline());
  return async (url, headers, signal) => await client.send(url, headers, signal);
}

class CopyClient extends BlobServiceClient {
  readonly #version: string;

  constructor(url: string, pipeline: Pipeline) {
    super(url, pipeline);
    this.#version = this.storageClientContext.version;
  }

  async send(
    url: string,
    headers: Readonly<Record<string, string>>,
    abortSignal: AbortSignal,
  ): Promise<void> {
    const customHeaders = {
      'x-ms-version': this.#version,
      Accept: 'application/xml',
      'Content-Length': '0',
      ...headers,
    };
    await this.storageClientContext.sendOperationRequest(
      { options: { abortSignal, requestOptions: { customHeaders } } },
      { ...PUT, baseUrl: url },
    );
  }
}

/** What the SDK is to know of the request: no headers but those that are given, and what an error looks like. */
const PUT = {
  httpMethod: 'PUT',
  responses: {
    201: {},
    default: { bodyMapper: { serializedName: 'StorageError', type: { name: 'Composite' } } },
  },
  isXML: true,
  serializer: {
    modelMappers: {},
    isXML: true,
    validateConstraints: () => undefined,
    serialize: (_mapper: unknown, value: unknown) => value,
    /** Only ever the body of an error. */
    deserialize: (_mapper: unknown, body: unknown) => {
      const { Code, Message } = body as { readonly Code?: unknown; readonly Message?: unknown };
      return { code: Code, message: Message };
    },
  },
} as const;
