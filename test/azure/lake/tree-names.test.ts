import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseKey } from '../../../src/model/key.ts';
import type { Reading } from '../../../src/model/reading.ts';
import { type LakePair, startLakePair } from '../../support/lake-pair.ts';

describe('a directory whose name is', () => {
  let pair: LakePair;
  beforeAll(async () => {
    pair = await startLakePair();
    await pair.addContainer('backup', 'lake');
  });
  afterAll(async () => {
    await pair.stop();
  });

  async function etagAt(path: string): Promise<Extract<Reading, { present: true }>['etag']> {
    const reading = await pair.backup.read(parseKey('lake', path));
    if (!reading.present) throw new Error(`${path} is not there`);
    return reading.etag;
  }

  async function listed(): Promise<string[]> {
    const paths: string[] = [];
    for await (const page of pair.backup.listBlobs(parseKey('lake', 'x').container))
      paths.push(...page.entries.map(({ path }) => path));
    return paths;
  }

  it.each([
    'with space',
    'per%cent',
    'looks%2Fencoded',
    'plus+sign',
    'hash#tag',
    'question?mark',
    'two?question?marks',
    '?first',
    'and&equals=',
    'semi;colon',
    'quote\'"`',
    'brackets[](){}<>',
    '~tilde!*',
    'dot.',
    '..hidden',
    'composed-\u00fc',
    'decomposed-u\u0308',
    'emoji-😀',
    '日本語ファイル',
  ])('%j is created, renamed from and to, trashed and removed under exactly that name', async (name) => {
    const [plain, odd] = [`plain ${name}`, `odd/${name}`];
    const key = parseKey('lake', odd);
    const made = await pair.backup.createDirectory({ key, metadata: { a: 'b' }, access: undefined });
    expect(made).toMatchObject({ kind: 'written' });
    await pair.put('backup', parseKey('lake', `${odd}/${name}`), { content: name });
    expect(await listed()).toEqual(expect.arrayContaining([odd, `${odd}/${name}`]));

    const [away, back] = [parseKey('lake', `odd/to ${name}`), key];
    for (const [from, to] of [
      [key, away],
      [away, back],
    ] as const)
      expect(
        await pair.backup.rename({
          from,
          to,
          ifMatch: await etagAt(from.path),
          condition: { nothingThere: true },
        }),
        `${from.path} to ${to.path}`,
      ).toEqual({ kind: 'written' });
    expect(await pair.content('backup', parseKey('lake', `${odd}/${name}`))).toBe(name);
    expect(await listed()).not.toContain(away.path);

    const trashed = await pair.backup.moveToTrash(key, await etagAt(odd));
    if (trashed.kind !== 'trashed') throw new Error(`it is ${trashed.kind}`);
    expect(await listed()).not.toContain(odd);
    await pair.backup.deleteTrashed(trashed.trashed);
    expect(await pair.isInTrash(trashed.trashed)).toBe(false);

    const empty = parseKey('lake', plain);
    await pair.backup.createDirectory({ key: empty, metadata: {}, access: undefined });
    expect(await pair.backup.removeEmptyDirectory(empty, await etagAt(plain))).toEqual({
      kind: 'written',
    });
  });

  it('with a backslash is nested in another one, as on the service itself', async () => {
    const key = parseKey('lake', 'back\\slash');
    await pair.backup.createDirectory({ key, metadata: {}, access: undefined });
    expect(await listed()).toEqual(expect.arrayContaining(['back', 'back/slash']));
    const ifMatch = await etagAt('back\\slash');
    const to = parseKey('lake', 'another\\slash');
    await pair.backup.createDirectory({ key: parseKey('lake', 'another'), metadata: {}, access: undefined });
    expect(await pair.backup.rename({ from: key, to, ifMatch, condition: { nothingThere: true } })).toEqual({
      kind: 'written',
    });
    expect(await listed()).toContain('another/slash');
  });

  it.each(['.', '..', 'a/../b', 'a/./b', 'a/..'])(
    '%j is refused, and never taken for the one that a URL would make of it',
    async (path) => {
      const [odd, other] = [parseKey('lake', path), parseKey('lake', `other-${path.length}`)];
      const refused = { code: 'name-not-addressable', disposition: 'park' };
      await pair.backup.createDirectory({ key: other, metadata: {}, access: undefined });
      const ifMatch = await etagAt(other.path);
      const condition = { nothingThere: true } as const;
      for (const request of [
        pair.backup.createDirectory({ key: odd, metadata: {}, access: undefined }),
        pair.backup.rename({ from: odd, to: other, ifMatch, condition }),
        pair.backup.rename({ from: other, to: odd, ifMatch, condition }),
        pair.backup.moveToTrash(odd, ifMatch),
        pair.backup.removeEmptyDirectory(odd, ifMatch),
      ])
        await expect(request).rejects.toMatchObject(refused);
      expect(await etagAt(other.path)).toBe(ifMatch);
    },
  );
});
