/** The body of a message as JSON can carry it: what it is, or its text, or its bytes, or a word on why not. */
export function letterBody(body: unknown): unknown {
  if (body instanceof Uint8Array) return fromBytes(body);
  try {
    // What nests too deep, or was never JSON, is found out here and not in the middle of an answer.
    const text = JSON.stringify(body) as string | undefined;
    return text === undefined ? null : body;
  } catch {
    return { unprintable: 'the body cannot be told in JSON' };
  }
}

function fromBytes(bytes: Uint8Array): unknown {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}
