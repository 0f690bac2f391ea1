import diagnostics from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

/**
 * Storage keeps the case of a metadata name and sends it as it was written, but Node folds header names to lower case
 * before the SDK sees them, and a mirror must not rename a user's metadata. Node's own diagnostics channel still has
 * them as they came: nodejs.org/api/diagnostics_channel.html, `http.client.response.finish`.
 */
const CHANNEL = 'http.client.response.finish';
const METADATA_PREFIX = 'x-ms-meta-';

/**
 * Metadata by client request id, from the moment an answer comes until the reader takes it a few ticks later. Not every
 * answer is asked for its metadata, so only so many are kept, far more than there are requests under way.
 */
const received = new Map<string, Record<string, string>>();
const MOST_KEPT = 4096;

diagnostics.subscribe(CHANNEL, (message) => {
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  const id = request.getHeader('x-ms-client-request-id');
  // Of a blob it is asked by HEAD, of a container by GET.
  const asksForProperties = request.method === 'HEAD' || request.path.includes('restype=container');
  if (!asksForProperties || response.statusCode !== 200 || typeof id !== 'string') return;
  received.set(id, readMetadata(response.rawHeaders));
  if (received.size > MOST_KEPT) received.delete(received.keys().next().value ?? '');
});

/** An answer of the SDK's. */
interface Answer {
  readonly _response: {
    readonly request: { readonly headers: { get(name: string): string | undefined } };
  };
}

/**
 * The metadata that came with an answer, its names as they were written.
 * @throws Error when the answer passed unseen: better no mirror than one that renames metadata.
 */
export function readMetadataWithCase({ _response: { request } }: Answer): Record<string, string> {
  // By the request, since something in between may keep what the service says of it.
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
