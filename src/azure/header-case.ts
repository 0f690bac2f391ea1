import diagnostics from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

/**
 * Storage keeps the case of a metadata name and sends it as it was written, but Node folds header names to lower case
 * before the SDK sees them, and a mirror must not rename a user's metadata. Node's own diagnostics channel still has
 * them as they came: nodejs.org/api/diagnostics_channel.html, `http.client.response.finish`.
 */
const CHANNEL = 'http.client.response.finish';
const METADATA_PREFIX = 'x-ms-meta-';

/** Metadata by client request id, from the moment an answer comes until the reader takes it a few ticks later. */
const received = new Map<string, Record<string, string>>();

diagnostics.subscribe(CHANNEL, (message) => {
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  const id = request.getHeader('x-ms-client-request-id');
  if (request.method === 'HEAD' && response.statusCode === 200 && typeof id === 'string') {
    received.set(id, readMetadata(response.rawHeaders));
  }
});

/**
 * The metadata that came with a HEAD, its names as they were written.
 * @throws Error when the answer passed unseen: better no mirror than one that renames metadata.
 */
export function takeMetadata(clientRequestId: string | undefined): Record<string, string> {
  const metadata = received.get(clientRequestId ?? '');
  received.delete(clientRequestId ?? '');
  if (metadata === undefined) throw new Error(`this Node does not publish ${CHANNEL}`);
  return metadata;
}

function readMetadata(rawHeaders: readonly string[]): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.toLowerCase().startsWith(METADATA_PREFIX)) {
      metadata[name.slice(METADATA_PREFIX.length)] = rawHeaders[i + 1] ?? '';
    }
  }
  return metadata;
}
