import { createSecretKey } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import {
  type HttpMethods,
  type PipelineResponse,
  createHttpHeaders,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
import {
  AnonymousCredential,
  BlobServiceClient,
  type Pipeline,
  RestError,
  StorageSharedKeyCredential,
  newPipeline,
} from '@azure/storage-blob';

/**
 * The client of an account, which also sends requests through the SDK's own pipeline that the SDK has no call
 * for, or is too slow for. For a copy, the SDK makes a client, serialises each header by a mapper and parses
 * those of the answer by another; that takes as long as all of our own work.
 */
export class AccountClient extends BlobServiceClient {
  /** The storage service version that the SDK sends. */
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
  /** The only status of success. */
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

type Policies = BlobServiceClient['storageClientContext']['pipeline'];

/**
 * What the SDK does needlessly for every request: it checks for form data, for which Node loads its `fetch`
 * (a tenth of the start-up time), and prepares its own spans beside ours.
 */
const NEEDLESS: readonly string[] = ['formDataPolicy', 'tracingPolicy'];
/** The service never redirects. Following a redirect from anything else would send it our SAS. */
const HARMFUL: readonly string[] = ['redirectPolicy'];

/**
 * The policies of a pipeline, without those of the SDK that are needless or harmful here. The SDK stores them
 * on the pipeline, for every later client; its public way to add policies to a pipeline is an old interface,
 * for which it copies every request and answer.
 */
export function openPolicies(pipeline: Pipeline): Policies {
  const policies = policiesOf(pipeline);
  for (const name of [...NEEDLESS, ...HARMFUL]) policies.removePolicy({ name });
  return policies;
}

function policiesOf(pipeline: Pipeline): Policies {
  return new PipelineAccess('https://account.blob.core.windows.net', pipeline).policies;
}

class PipelineAccess extends BlobServiceClient {
  get policies(): Policies {
    return this.storageClientContext.pipeline;
  }
}

/** If the SDK renamed a policy, removing it by its old name would silently do nothing. */
export function findPipelineDefect(pipeline = newPipeline(new AnonymousCredential())): string | undefined {
  const policies = policiesOf(pipeline) as Partial<Policies> | undefined;
  if (typeof policies?.removePolicy !== 'function' || typeof policies.addPolicy !== 'function')
    return 'storageClientContext.pipeline has no policies to add and remove';
  const names = new Set(policies.getOrderedPolicies?.().map(({ name }) => name));
  const missing = [...NEEDLESS, ...HARMFUL].filter((name) => !names.has(name));
  return missing.length > 0 ? `its pipeline has no ${missing.join(', ')}` : undefined;
}

const KEY = 'accountKey';

/**
 * Node prepares a key given as bytes for each signature, which takes longer than signing. This prepares it
 * once.
 */
export function prepareKey(credential: StorageSharedKeyCredential): void {
  const key: unknown = Reflect.get(credential, KEY);
  if (key instanceof Uint8Array) Reflect.set(credential, KEY, createSecretKey(key));
}

export function findKeyDefect(
  credential = new StorageSharedKeyCredential('account', 'a2V5'),
): string | undefined {
  if (!(Reflect.get(credential, KEY) instanceof Uint8Array))
    return `StorageSharedKeyCredential has no ${KEY} of bytes`;
  const plain = credential.computeHMACSHA256('text');
  prepareKey(credential);
  return credential.computeHMACSHA256('text') === plain
    ? undefined
    : `StorageSharedKeyCredential signs otherwise with a prepared ${KEY}`;
}

/**
 * Storage keeps the case of a metadata name and sends it as written, but Node lowercases header names before
 * the SDK sees them, and a mirror must not rename a user's metadata. Node's diagnostics channel still has the
 * original names: nodejs.org/api/diagnostics_channel.html, `http.client.response.finish`.
 */
const CHANNEL = 'http.client.response.finish';
const METADATA_PREFIX = 'x-ms-meta-';

/**
 * Metadata by client request id, from the arrival of an answer until the caller reads it a few ticks later.
 * Not every answer's metadata is read, so the number kept is limited, far above the number of requests in
 * flight.
 */
const received = new Map<string, Record<string, string>>();
const MAX_KEPT = 4096;

diagnostics.subscribe(CHANNEL, (message) => {
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  const id = request.getHeader('x-ms-client-request-id');
  // Of a blob the metadata is read by HEAD, of a container by GET.
  const asksForProperties = request.method === 'HEAD' || request.path.includes('restype=container');
  if (!asksForProperties || response.statusCode !== 200 || typeof id !== 'string') return;
  received.set(id, readMetadata(response.rawHeaders));
  if (received.size > MAX_KEPT) received.delete(received.keys().next().value ?? '');
});

/** An answer of the SDK's. */
interface Answer {
  readonly _response: {
    readonly request: { readonly headers: { get(name: string): string | undefined } };
  };
}

/**
 * The metadata of an answer, with its names as written.
 * @throws Error when the answer was not observed: no mirror is better than one that renames metadata.
 */
export function readMetadataWithCase({ _response: { request } }: Answer): Record<string, string> {
  // By the id in the request, since a proxy may drop the one in the answer.
  const id = request.headers.get('x-ms-client-request-id') ?? '';
  const metadata = received.get(id);
  received.delete(id);
  if (metadata === undefined) throw new Error(`this Node does not publish ${CHANNEL}`);
  return metadata;
}

function readMetadata(rawHeaders: readonly string[]): Record<string, string> {
  const metadata: [name: string, value: string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.toLowerCase().startsWith(METADATA_PREFIX)) {
      metadata.push([name.slice(METADATA_PREFIX.length), rawHeaders[i + 1] ?? '']);
    }
  }
  // Made from entries, since a user's name may be `__proto__`.
  return Object.fromEntries(metadata);
}
