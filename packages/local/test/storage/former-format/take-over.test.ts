import { existsSync } from 'node:fs';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type Storage, startStorage } from '../../../src/start-storage.ts';
import { takeCensus } from '../../restart/census.ts';
import { makeFolder } from '../../store/support.ts';
import { accounts } from '../../support/accounts.ts';

const sample = z.object({
  /** Contents as base64, by path. */
  files: z.record(z.string(), z.string()),
  /** What the release that wrote the files answered to every read. */
  census: z.record(z.string(), z.string()),
});

/** The data of a former release after every kind of write (restart/every-write.ts), in a folder of its own. */
async function unpack(kind: 'flat' | 'hierarchical') {
  const packed = await readFile(new URL(`${kind}.json.gz`, import.meta.url));
  const { files, census } = sample.parse(JSON.parse(gunzipSync(packed).toString()));
  const folder = await makeFolder();
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes, 'base64');
  }
  const extents = Object.keys(files).filter((name) => name.startsWith('extents/'));
  return { folder, census, extents };
}

async function start(dataDirectory: string, hierarchical: boolean): Promise<Storage> {
  const storage = await startStorage({ port: 0, accounts, dataDirectory, hierarchical });
  onTestFinished(async () => await storage.stop());
  return storage;
}

/**
 * Leases end in time, markers are opaque, all blobs are encrypted, and the former release listed snapshots in any order.
 */
function comparable(census: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(census).map(([question, answer]) => [
      question,
      answer
        .split('\n')
        .filter((line) => !/lease|marker|server-?encrypted/i.test(line))
        .toSorted()
        .join('\n'),
    ]),
  );
}

describe.each([
  ['flat', false],
  ['hierarchical', true],
] as const)('the data of a former release, %s', (kind, hierarchical) => {
  it('is taken over at the first start, and reads the same', async () => {
    const { folder, census } = await unpack(kind);
    const storage = await start(folder, hierarchical);
    expect(existsSync(join(folder, 'blobs.json'))).toBe(false);
    expect(existsSync(join(folder, 'extents'))).toBe(false);
    const now = Object.fromEntries(await takeCensus(storage, { hierarchical }));
    expect(comparable(now)).toEqual(comparable(census));
    await storage.stop();
    const again = await start(folder, hierarchical);
    expect(comparable(Object.fromEntries(await takeCensus(again, { hierarchical })))).toEqual(
      comparable(census),
    );
  });

  it('of a blob whose bytes are gone is left out, and the others are there', async () => {
    const { folder, extents } = await unpack(kind);
    for (const extent of extents) await truncate(join(folder, extent), 20_000);
    const storage = await start(folder, hierarchical);
    const now = await takeCensus(storage, { hierarchical });
    expect([...now].filter(([, answer]) => answer.startsWith('5'))).toEqual([]);
    expect(now.get('sourceaccount: GET /docs/block/list?')).toMatch(/^200/);
    expect(now.has('sourceaccount: GET /docs/lease/released?')).toBe(false);
  });

  it('that cannot be read stops the start with one line, and stays', async () => {
    const { folder } = await unpack(kind);
    await writeFile(join(folder, 'blobs.json'), '{"collections":[{');
    await expect(start(folder, hierarchical)).rejects.toThrow(
      `${join(folder, 'blobs.json')} is of a former release and cannot be read; that release should be used`,
    );
    expect(existsSync(join(folder, 'blobs.json'))).toBe(true);
  });

  it('of the other kind of accounts stops the start, and stays', async () => {
    const { folder } = await unpack(kind);
    await expect(start(folder, !hierarchical)).rejects.toThrow('holds accounts of the other kind');
    await start(folder, hierarchical);
  });
});
