import { ReadableStream } from 'node:stream/web';

/** Lines are short; a chunk of HTTP for each would cost more than the lines. */
const CHUNK_CHARACTERS = 65_536;

/**
 * Lines as a body of HTTP, read as fast as they are taken and never held in memory together. Resolves once the first
 * ones are there: what fails before that can still be answered with a status.
 */
export async function streamLines(lines: AsyncIterable<string>): Promise<ReadableStream<Uint8Array>> {
  const chunks = encode(lines);
  const first = await chunks.next();
  return ReadableStream.from(resume(first, chunks));
}

async function* resume(
  first: IteratorResult<Uint8Array, void>,
  rest: AsyncGenerator<Uint8Array, void, void>,
): AsyncGenerator<Uint8Array, void, void> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

async function* encode(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, void> {
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
