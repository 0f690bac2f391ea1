import { expect, it } from 'vitest';
import { parseKey } from '../../src/model/key.js';
import { createScope } from '../../src/model/scope.js';
import { sweep } from '../../src/reconcile/sweep.js';
import { createMemoryPair } from '../support/memory-pair.js';
import { createSilentLogger } from '../support/silent-logger.js';

const everything = createScope('sourceaccount', { containers: { include: [], exclude: ['private'] } });

it('a sweep brings in step what no event told of, and nothing else', async () => {
  const pair = createMemoryPair();
  const key = (path: string) => parseKey('photos', path);
  for (const path of ['same', 'changed', 'gone']) {
    pair.source.put(key(path), { content: 'v1' });
    await pair.otherWorker(key(path));
  }
  pair.source.put(key('changed'), { content: 'v2' });
  pair.source.remove(key('gone'));
  pair.source.put(key('new'), { content: 'v1' });
  pair.source.addContainer(parseKey('private', 'x').container);
  pair.source.put(parseKey('private', 'x'), { content: 'secret' });

  const touched: string[] = [];
  const report = await sweep(
    {
      source: pair.source,
      backup: pair.backup,
      scope: everything,
      converge: async (each) => {
        touched.push(each.path);
        return await pair.converge(each);
      },
    },
    createSilentLogger(),
  );

  expect(touched.toSorted()).toEqual(['changed', 'gone', 'new']);
  expect(report).toEqual({ nominated: 3, repaired: 3, failed: 0 });
  expect(['same', 'changed', 'gone', 'new'].map((path) => pair.backup.peek(key(path))?.content)).toEqual([
    'v1',
    'v2',
    undefined,
    'v1',
  ]);
  expect(pair.backup.peek(parseKey('private', 'x'))).toBeUndefined();
});

it('a key that fails is reported and does not stop the others', async () => {
  const pair = createMemoryPair();
  for (const path of ['a', 'b', 'c']) pair.source.put(parseKey('photos', path), { content: path });
  const log = createSilentLogger();
  const report = await sweep(
    {
      source: pair.source,
      backup: pair.backup,
      scope: everything,
      converge: async (key) => {
        if (key.path === 'b') throw new Error('cut');
        return await pair.converge(key);
      },
    },
    log,
  );
  expect(report).toEqual({ nominated: 3, repaired: 2, failed: 1 });
  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: 'error', fields: expect.objectContaining({ path: 'b' }) as unknown }),
  );
});
