import { describe, expect, it } from 'vitest';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { type Key, type Prefix, keyText, parseContainerName, parseKey } from '../../src/model/key.ts';
import { type ScopeRules, createScope } from '../../src/model/scope.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import type { WalkPosition } from '../../src/model/hint.ts';
import { walkPrefix } from '../../src/reconcile/walk-prefix.ts';
import { FLAT } from '../support/flat.ts';
import { fromMarkersAlone } from '../support/from-markers-alone.ts';
import { createMemoryPair } from '../support/memory-pair.ts';
import { ofOurs } from '../support/of-ours.ts';

const IN_SYNC: Verdict = { verdict: 'in-sync' };
const prefix = (path: string, container = 'photos'): Prefix => ({
  container: parseContainerName(container),
  path,
});
const at = (path: string, container?: string): WalkPosition => ({
  prefix: prefix(path, container),
  source: undefined,
  backup: undefined,
});

/** A pair whose source has these paths and whose backup has nothing. */
function createWalk(paths: readonly string[], rules: Partial<ScopeRules> = {}, isOld = false) {
  const pair = createMemoryPair();
  for (const path of paths) pair.source.put(parseKey('photos', path), { content: path });
  const seen: string[] = [];
  const sides = {
    ...FLAT,
    source: isOld ? fromMarkersAlone(pair.source) : pair.source,
    backup: pair.backup,
    scope: createScope('sourceaccount', rules),
  };
  return {
    pair,
    seen,
    slice: async (
      under: Prefix,
      from?: WalkPosition,
      budgetMs = 60_000,
      look: (key: Key) => Promise<Verdict> = async (key) => await pair.converge(key),
    ) =>
      await walkPrefix(sides, {
        prefix: under,
        from,
        budgetMs,
        converge: async (key) => {
          seen.push(keyText(key));
          return await look(key);
        },
      }),
  };
}

describe('a walk', () => {
  it('looks at what is out of step beneath its prefix, on either side, and at nothing else', async () => {
    const { pair, seen, slice } = createWalk(['a', 'dir/in-step', 'dir/new', 'e']);
    await pair.otherWorker(parseKey('photos', 'dir/in-step'));
    pair.backup.put(parseKey('photos', 'dir/gone'), { content: 'x', ...ofOurs() });
    pair.backup.put(parseKey('photos', 'elsewhere'), { content: 'x' });
    expect(await slice(prefix('dir/'))).toBeUndefined();
    expect(seen.toSorted()).toEqual(['photos/dir/gone', 'photos/dir/new']);
    expect(pair.backup.peek(parseKey('photos', 'dir/new'))?.content).toBe('dir/new');
    expect(pair.backup.peek(parseKey('photos', 'dir/gone'))).toBeUndefined();
    expect(pair.backup.peek(parseKey('photos', 'elsewhere'))?.content).toBe('x');
  });

  it('begins anew where its position names no page and the service begins nowhere else', async () => {
    const { seen, slice } = createWalk(['a', 'b', 'c'], {}, true);
    const former = { ...at(''), source: parseKey('photos', 'a').path };
    expect(await slice(prefix(''), former)).toBeUndefined();
    expect(seen).toEqual(['photos/a', 'photos/b', 'photos/c']);
  });

  it('stays within the scope', async () => {
    const { seen, slice } = createWalk(['a.jpg', 'a.tmp', 'tmp/a.jpg'], {
      paths: { include: [], exclude: [{ containers: '*', path: 'tmp/' }] },
      patterns: { include: ['*.jpg'], exclude: [] },
    });
    expect(await slice(prefix(''))).toBeUndefined();
    expect(seen).toEqual(['photos/a.jpg']);
  });

  it('sends no request when the scope has nothing beneath its prefix', async () => {
    const { pair, slice } = createWalk(['a'], { containers: { include: [], exclude: ['photos'] } });
    expect(await slice(prefix(''))).toBeUndefined();
    expect(pair.calls).toEqual([]);
  });

  it('ends a slice when its time is over and goes on from there, until all is seen once', async () => {
    const paths = ['1', '2/a', '2/b', '2/c', '3'];
    const include = ['2/', '3'].map((path) => ({ containers: 'photos', path }));
    const { pair, seen, slice } = createWalk(paths, { paths: { include, exclude: [] } });
    pair.backup.put(parseKey('photos', '2/d'), { content: 'x' });
    let rest = await slice(prefix(''), undefined, 0);
    let slices = 1;
    for (; rest !== undefined && slices < 20; slices++) rest = await slice(prefix(''), rest, 0);
    expect(seen).toEqual(['photos/2/a', 'photos/2/b', 'photos/2/c', 'photos/2/d', 'photos/3']);
    expect(slices).toBeGreaterThan(4);
  });

  it('stops in a stretch where all is in step, too', async () => {
    const { pair, slice } = createWalk(['a', 'b', 'c']);
    for (const path of ['a', 'b', 'c']) await pair.otherWorker(parseKey('photos', path));
    expect(await slice(prefix(''), undefined, 0)).toEqual({ ...at(''), source: 'a', backup: 'a' });
  });

  it('begins anew when its position is in no prefix of the scope any more', async () => {
    const { seen, slice } = createWalk(['a', 'b']);
    expect(await slice(prefix(''), { ...at('z'), source: parseKey('photos', 'b').path })).toBeUndefined();
    expect(seen.toSorted()).toEqual(['photos/a', 'photos/b']);
  });

  it('fails once all its keys were looked at, with an error that may pass before one that stays', async () => {
    const { seen, slice } = createWalk(['a', 'b', 'c']);
    const failing = async (key: Key): Promise<Verdict> => {
      await Promise.resolve();
      if (key.path === 'a') throw new BlobmirrorError('storage-rejected', 'no');
      if (key.path === 'b') throw new BlobmirrorError('storage-throttled', 'later');
      return IN_SYNC;
    };
    await expect(slice(prefix(''), undefined, 60_000, failing)).rejects.toMatchObject({
      code: 'storage-throttled',
    });
    expect(seen.toSorted()).toEqual(['photos/a', 'photos/b', 'photos/c']);
  });

  it('goes on from the beginning of its slice when a long copy is not finished', async () => {
    const { slice } = createWalk(['a', 'b']);
    const unfinished = async (): Promise<Verdict> => {
      await Promise.resolve();
      return { verdict: 'unfinished', engine: 'blocks' };
    };
    expect(await slice(prefix(''), undefined, 60_000, unfinished)).toEqual(at(''));
    const from = { ...at(''), source: parseKey('photos', 'a').path };
    expect(await slice(prefix(''), from, 60_000, unfinished)).toEqual(from);
  });
});
