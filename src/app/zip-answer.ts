import { gzip } from 'node:zlib';
import { promisify } from 'node:util';

/** The part of a request that says what its sender can read. */
export interface Reader {
  readonly headers: { get(name: string): string | null };
}

interface ZippedAnswer {
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string;
}

const zip = promisify(gzip);

/** JSON, compressed for whoever takes that: nobody else on the way does it. */
export async function zipAnswer(value: unknown, { headers }: Reader): Promise<ZippedAnswer> {
  const text = JSON.stringify(value);
  const told = { 'content-type': 'application/json', vary: 'accept-encoding' };
  if (!/\bgzip\b/.test(headers.get('accept-encoding') ?? '')) return { headers: told, body: text };
  return { headers: { ...told, 'content-encoding': 'gzip' }, body: await zip(text) };
}
