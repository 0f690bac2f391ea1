import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpMethods,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { AnonymousCredential, BlobServiceClient, newPipeline, RestError } from '@azure/storage-blob';

/**
 * The client of an account, which also sends requests that the SDK has no call for, or takes too long over, through the
 * SDK's own pipeline. For a copy, the SDK makes a client, writes each header by a description of it and reads those of
 * the answer by another; that takes as long as all of our own work.
 */
export class AccountClient extends BlobServiceClient {
  /** The version of the storage services that the SDK names in its requests. */
  get version(): string {
    return this.storageClientContext.version;
  }

  /** For the check at the start. */
  findDefect(): string | undefined {
    const context: Partial<typeof this.storageClientContext> | undefined = this.storageClientContext;
    if (typeof context?.sendRequest !== 'function') return 'storageClientContext.sendRequest is no function';
    return typeof context.version === 'string' ? undefined : 'storageClientContext.version is no text';
  }

  /** @throws RestError as a call of the SDK does */
  async send(plain: PlainRequest): Promise<PipelineResponse> {
    const { method, url, headers, signal, expected, isStreamed = false } = plain;
    const request = createPipelineRequest({
      method,
      url,
      headers: createHttpHeaders({ 'x-ms-version': this.version, Accept: 'application/xml', ...headers }),
      // The connection string decides whether a connection is encrypted.
      allowInsecureConnection: true,
      ...(signal !== undefined && { abortSignal: signal }),
      ...(isStreamed && { streamResponseStatusCodes: new Set([expected]) }),
    });
    const response = await this.storageClientContext.sendRequest(request);
    const { status } = response;
    if (status === expected) return response;
    const error = new RestError(`${method} was answered with ${status}`, {
      statusCode: status,
      request,
      response,
    });
    // For `serviceCode`, where a proxy removed the header with the code.
    error.details = { code: codeIn(response) };
    throw error;
  }
}

/** A request without a body. */
interface PlainRequest {
  readonly method: HttpMethods;
  /** With the SAS of the account, if it has one. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** The one status of success. */
  readonly expected: number;
  /** Whether the caller reads the body from a stream. */
  readonly isStreamed?: boolean;
}

/** The service's error code in the body, which the SDK has parsed. */
function codeIn(response: PipelineResponse & { readonly parsedBody?: unknown }): unknown {
  const { parsedBody } = response;
  return typeof parsedBody === 'object' && parsedBody !== null && 'Code' in parsedBody
    ? parsedBody.Code
    : undefined;
}

export function findClientDefect(): string | undefined {
  const client = new AccountClient(
    'https://account.blob.core.windows.net',
    newPipeline(new AnonymousCredential()),
  );
  return client.findDefect();
}
