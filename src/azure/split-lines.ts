import { StringDecoder } from 'node:string_decoder';

/** The lines of a body, each without its end. Only a line feed ends one: names may hold what else passes for a line's end. */
export async function* splitLines(body: AsyncIterable<Buffer>): AsyncGenerator<string, void, void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of body) {
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
