import { checkBounds } from '../events/message-bounds.ts';
import { writeJson } from '../model/write-json.ts';

/** Of what is out of bounds so much is told, in characters. */
const LONGEST = 65_536;

/** The body of a message as JSON can carry it: what it is, or its text, or its bytes. */
export function letterBody(body: unknown): unknown {
  if (body instanceof Uint8Array) return fromBytes(body);
  if (typeof body === 'string') return body;
  try {
    checkBounds(body);
    // What was never JSON is found out here and not in the middle of an answer.
    const text = JSON.stringify(body) as string | undefined;
    return text === undefined ? null : body;
  } catch {
    return writeJson(body, LONGEST);
  }
}

function fromBytes(bytes: Uint8Array): unknown {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}
