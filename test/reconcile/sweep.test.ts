import { expect, it } from 'vitest';
import { converge } from '../../src/mirror/converge.js';
import { parseContainerName, parseKey } from '../../src/model/key.js';
import { createScope } from '../../src/model/scope.js';
import { mapContainers } from '../../src/ports/map-containers.js';
import { sweep } from '../../src/reconcile/sweep.js';
import { FLAT } from '../support/flat.js';
import { createMemoryPair, POLICY } from '../support/memory-pair.js';
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
      ...FLAT,
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
      ...FLAT,
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

it('a sweep neither lists nor touches what is outside the scope, on either side', async () => {
  const pair = createMemoryPair();
  for (const path of ['in/new.jpg', 'in/new.tmp', 'out/new.jpg'])
    pair.source.put(parseKey('photos', path), { content: path });
  const outside = [
    parseKey('photos', 'in/old.tmp'),
    parseKey('photos', 'out/old.jpg'),
    parseKey('others', 'in/old.jpg'),
  ];
  pair.backup.addContainer(parseContainerName('others'));
  for (const key of outside) pair.backup.put(key, { content: 'kept' });
  const scope = createScope('sourceaccount', {
    paths: { include: [{ containers: 'photos', path: 'in/' }], exclude: [] },
    patterns: { include: ['*.jpg'], exclude: [] },
  });

  const report = await sweep({ ...FLAT, ...pair, scope }, createSilentLogger());

  expect(report).toEqual({ nominated: 1, repaired: 1, failed: 0 });
  expect(pair.backup.peek(parseKey('photos', 'in/new.jpg'))?.content).toBe('in/new.jpg');
  expect(outside.map((key) => pair.backup.peek(key)?.content)).toEqual(['kept', 'kept', 'kept']);
  expect(pair.calls.filter((call) => call.endsWith('.listBlobs'))).toHaveLength(2);
});

it('a container that has no name on the backup is reported and does not stop the others', async () => {
  const pair = createMemoryPair();
  for (const name of ['photos', '$web']) {
    pair.source.addContainer(parseContainerName(name));
    pair.source.put(parseKey(name, 'x'), { content: name });
  }
  const scope = createScope('sourceaccount', { names: { prefix: 'eu-', map: new Map() } });
  const backup = mapContainers(pair.backup, scope);
  const log = createSilentLogger();
  const report = await sweep(
    {
      ...FLAT,
      source: pair.source,
      backup,
      scope,
      converge: async (key) => await converge({ source: pair.source, backup, policy: POLICY }, key),
    },
    log,
  );
  expect(report).toEqual({ nominated: 1, repaired: 1, failed: 1 });
  expect(pair.backup.peek(parseKey('eu-photos', 'x'))?.content).toBe('photos');
  expect(log.lines).toMatchObject([
    { level: 'error', fields: { container: '$web', error: { code: 'container-not-mappable' } } },
  ]);
});
