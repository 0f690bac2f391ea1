import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpMethods,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { BlobServiceClient, RestError } from '@azure/storage-blob';

/** A request without a body. */
interface PlainRequest {
  readonly method: HttpMethods;
  /** With the SAS of the account, if it has one. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** The one status that is no error. */
  readonly expected: number;
  /** Whether the body is to be left where it is, for the one who asked to read it. */
  readonly isStreamed?: boolean;
}

/**
 * Sends what the SDK has no call for, or takes too long over, through the pipeline of all its calls. For a copy the SDK
 * makes a client, writes each header by a description of it and reads those of the answer by another, which together
 * take as long as all else that we do.
 */
export class AccountClient extends BlobServiceClient {
  /** The version of the storage services that the SDK asks by. */
  get version(): string {
    return this.storageClientContext.version;
  }

  /** Fails as a call of the SDK does, with its RestError. */
  async send(plain: PlainRequest): Promise<PipelineResponse> {
    const { method, url, headers, signal, expected, isStreamed = false } = plain;
    const request = createPipelineRequest({
      method,
      url,
      headers: createHttpHeaders({ 'x-ms-version': this.version, Accept: 'application/xml', ...headers }),
      // Whether a connection may be in the clear is for its connection string to say.
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
    // Where a proxy took the header that says it.
    error.details = { code: codeIn(response) };
    throw error;
  }
}

/** The service's own name for what went wrong, by the body of an error, which the SDK has parsed. */
function codeIn(response: PipelineResponse & { readonly parsedBody?: unknown }): unknown {
  const { parsedBody } = response;
  return typeof parsedBody === 'object' && parsedBody !== null && 'Code' in parsedBody
    ? parsedBody.Code
    : undefined;
}
