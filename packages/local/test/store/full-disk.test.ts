import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { headerOf, type Send } from '../support/raw-requests.ts';
import { serve } from '../support/serve-in-child.ts';
import { waitFor } from '../support/wait-for.ts';

const KIB = 1024;
/** Of each file, and so of the database, of its log and of each large content. */
const LIMIT = 2048 * KIB;
const SMALL = 4 * KIB;
/** So many small contents do not fit, however they are kept. */
const MANY = LIMIT / SMALL + 1;

type Contents = Map<string, string>;

const putHeaders = { 'x-ms-blob-type': 'BlockBlob' };
const contentOf = (name: string, size: number): string => `${name} `.repeat(size).slice(0, size);

/** Resolves to true when the write was acknowledged, and to false when it was refused as a busy service does. */
async function write(
  send: Send,
  [method, path, headers = {}, body = '']: readonly [string, string, Record<string, string>?, string?],
): Promise<boolean> {
  const answer = await send(method, path, headers, body);
  if (answer.status !== undefined && answer.status < 300) return true;
  expect([path, answer.status, headerOf(answer, 'x-ms-error-code')]).toEqual([path, 503, 'ServerBusy']);
  return false;
}

async function put(send: Send, kept: Contents, name: string, size: number): Promise<boolean> {
  const content = contentOf(name, size);
  const isKept = await write(send, ['PUT', `/docs/${name}`, putHeaders, content]);
  if (isKept) kept.set(name, content);
  return isKept;
}

async function expectAll(send: Send, kept: Contents): Promise<void> {
  const { status, body } = await send('GET', '/docs?restype=container&comp=list');
  expect(status).toBe(200);
  const names = [...body.matchAll(/<Name>([^<]*)<\/Name>/g)].map(([, name]) => name);
  expect(names).toEqual([...kept.keys()].toSorted());
  for (const [name, content] of kept)
    expect((await send('GET', `/docs/${name}`)).body === content).toBe(true);
}

describe.each([
  ['flat', false],
  ['hierarchical', true],
])('%s accounts on a disk that is full', (_kind, hierarchical) => {
  it('refuse writes until there is room, keep what they acknowledged and say so once', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
    onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
    const full = await serve({ dataDirectory, hierarchical, limitBytes: LIMIT });
    const kept: Contents = new Map();
    expect(await write(full.send, ['PUT', '/docs?restype=container'])).toBe(true);
    expect(await put(full.send, kept, 'large', 1000 * KIB)).toBe(true);
    let isFull = false;
    for (let n = 0; n < MANY && !isFull; n++) isFull = !(await put(full.send, kept, `small-${n}`, SMALL));
    expect(isFull).toBe(true);
    expect(kept.size).toBeGreaterThan(10);

    // Other writes: some may find room, and none fails in another way.
    expect(await put(full.send, kept, 'huge', 2 * LIMIT)).toBe(false);
    await put(full.send, kept, 'large', 500 * KIB);
    await write(full.send, ['PUT', '/docs/large?comp=metadata', { 'x-ms-meta-a': 'b' }]);
    await write(full.send, ['PUT', '/docs/large?comp=snapshot']);
    await write(full.send, ['PUT', '/docs/large?comp=block&blockid=MQ==', {}, contentOf('block', SMALL)]);
    if (await write(full.send, ['DELETE', '/docs/small-0', {}])) kept.delete('small-0');
    if (hierarchical) {
      if (await write(full.send, ['PUT', '/docs/made?resource=file'])) kept.set('made', '');
      const renamed = { 'x-ms-rename-source': '/docs/small-1' };
      if (await write(full.send, ['PUT', '/docs/small-x', renamed])) {
        kept.set('small-x', kept.get('small-1') ?? '');
        kept.delete('small-1');
      }
    }
    await expectAll(full.send, kept);
    expect(full.told).toEqual([expect.stringContaining(dataDirectory)]);

    full.raiseLimit();
    await waitFor(async () => expect(await put(full.send, kept, 'after', SMALL)).toBe(true));
    expect(await put(full.send, kept, 'huge', 2 * LIMIT)).toBe(true);
    await waitFor(() => expect(full.told).toEqual([expect.any(String), 'free']));
    await full.kill();

    const again = await serve({ dataDirectory, hierarchical });
    await expectAll(again.send, kept);
  });
});
