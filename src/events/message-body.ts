import { BlobmirrorError } from '../model/errors.ts';
import { checkBounds, checkLength } from './message-bounds.ts';

/**
 * The events that a message's body holds, within the bounds and not looked at yet; at least one.
 *
 * @throws BlobmirrorError `message-out-of-bounds`, or `message-not-event`, without a word of the body: it may hold
 * anybody's secrets
 */
export function readBody(body: unknown): readonly unknown[] {
  const value = toValue(body);
  checkBounds(value);
  if (!Array.isArray(value)) return [value];
  if (value.length === 0) throw new BlobmirrorError('message-not-event', 'the message is an empty array');
  return value;
}

function toValue(body: unknown): unknown {
  if (typeof body === 'string') return parseJson(body);
  if (!(body instanceof Uint8Array)) return body;
  checkLength(body.byteLength);
  // Unknown bytes become U+FFFD, and a byte order mark goes.
  return parseJson(new TextDecoder().decode(body));
}

function parseJson(text: string): unknown {
  checkLength(text.length);
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
