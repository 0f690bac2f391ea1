import { BlobmirrorError } from '../model/errors.js';

/**
 * The events that a message's body holds, not looked at yet; at least one.
 *
 * @throws BlobmirrorError `message-not-event`, without a word of the body: it may hold anybody's secrets.
 */
export function readBody(body: unknown): readonly unknown[] {
  const value =
    body instanceof Uint8Array ? parseJson(toText(body)) : typeof body === 'string' ? parseJson(body) : body;
  if (!Array.isArray(value)) return [value];
  if (value.length === 0) throw new BlobmirrorError('message-not-event', 'the message is an empty array');
  return value;
}

/** Unknown bytes become U+FFFD, and a byte order mark goes. */
function toText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    // The cause is left out: its message quotes the text.
    throw new BlobmirrorError(
      'message-not-event',
      `the message is ${text.length} characters of something that is not JSON`,
    );
  }
}
