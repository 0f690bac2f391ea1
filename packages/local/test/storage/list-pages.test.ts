import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Context } from '../../src/azurite/azurite-model.ts';
import { createHistorySettings } from '../../src/storage/history-settings.ts';
import { createMetadataStore } from '../../src/storage/operations/create-metadata-store.ts';
import { FlatPaths } from '../../src/store/flat-paths.ts';
import { blob, makeStore } from '../store/support.ts';

const account = 'account';
const containerName = 'container';
const context: Context = {
  contextId: 'request',
  startTime: new Date(0),
  operation: 0,
  context: { account, container: containerName, blob: '' },
  request: {
    getMethod: () => 'GET',
    getUrl: () => '',
    getEndpoint: () => '',
    getPath: () => '',
    getHeader: () => undefined,
    getHeaders: () => ({}),
    getRawHeaders: () => [],
    getQuery: () => undefined,
    getProtocol: () => 'http',
  },
};

async function makeContainers(...names: readonly string[]) {
  const store = await makeStore();
  const metadata = createMetadataStore({
    store,
    paths: new FlatPaths(store.containers),
    history: createHistorySettings([], store.containers, true, Date.now),
  });
  for (const name of names)
    await metadata.createContainer(context, {
      accountName: account,
      name,
      properties: { etag: '"1"', lastModified: new Date(0) },
    });
  const rootOf = (name: string): number => store.containers.root(account, name) ?? 0;
  return { store, metadata, rootOf };
}

interface Made {
  readonly name: string;
  readonly snapshots: number;
  readonly isCommitted: boolean;
}

const text = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', '/', '\uffff', '\u{10000}'), maxLength });
const made = fc.record({
  name: text(4).filter(Boolean),
  snapshots: fc.integer({ min: 0, max: 2 }),
  isCommitted: fc.boolean(),
});
const listing = fc.record({
  delimiter: fc.constantFrom(undefined, '/'),
  prefix: text(2),
  startFrom: fc.option(text(3), { nil: undefined }),
  withSnapshots: fc.boolean(),
  uncommitted: fc.boolean(),
});
type Listing = typeof listing extends fc.Arbitrary<infer Value> ? Value : never;

/** What a listing has, in its order: prefixes end with the delimiter, snapshots come before their blob. */
function expected(all: readonly Made[], options: Listing): readonly string[] {
  const { delimiter, prefix, startFrom = '', withSnapshots, uncommitted } = options;
  const bytes = (name: string) => Buffer.from(name);
  const lines = all
    .filter(({ name }) => name.startsWith(prefix) && Buffer.compare(bytes(name), bytes(startFrom)) >= 0)
    .filter(({ isCommitted }) => isCommitted || uncommitted)
    .toSorted((left, right) => Buffer.compare(bytes(left.name), bytes(right.name)))
    .flatMap(({ name, snapshots }) => {
      const end = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length);
      if (end >= 0) return [`prefix ${name.slice(0, end + 1)}`];
      const times = withSnapshots ? Array.from({ length: snapshots }, (_, index) => `${name} ${index}`) : [];
      return [...times, `${name} `];
    });
  return [...new Set(lines)];
}

describe('the pages of a flat listing', () => {
  it('have each blob, snapshot and prefix once, in the order of the bytes, wherever they end', async () => {
    const { store, metadata, rootOf } = await makeContainers(containerName);
    const root = rootOf(containerName);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(made, { selector: ({ name }) => name, maxLength: 12 }),
        listing,
        fc.integer({ min: 1, max: 5 }),
        async (all, options, maxResults) => {
          const ids = store.write(() =>
            all.flatMap(({ name, snapshots, isCommitted }) =>
              ['', ...Array.from({ length: snapshots }, (_, index) => String(index))].map(
                (snapshot) =>
                  store.blobs.insert(blob(name, { snapshot, isCommitted }), { parent: root, segment: name })
                    .id,
              ),
            ),
          );
          const { delimiter, prefix, startFrom, withSnapshots, uncommitted } = options;
          const wanted = expected(all, options);
          const seen: string[] = [];
          let marker: string | undefined = '';
          do {
            const page = await metadata.listBlobs(
              ...([context, account, containerName, delimiter, undefined, prefix] as const),
              ...([maxResults, marker, withSnapshots, uncommitted, startFrom] as const),
            );
            const [blobs, prefixes, next] = page;
            const lines = [
              ...blobs.map(({ name, snapshot }) => ({ name, line: `${name} ${snapshot}` })),
              ...prefixes.map(({ name }) => ({ name, line: `prefix ${name}` })),
            ];
            expect(lines.length).toBeLessThanOrEqual(maxResults);
            expect(lines.length === maxResults || next === '').toBe(true);
            // Blobs and prefixes of one page are told apart; a listing merges them by their names.
            const inOrder = lines.toSorted((left, right) =>
              Buffer.compare(Buffer.from(left.name), Buffer.from(right.name)),
            );
            seen.push(...inOrder.map(({ line }) => line));
            // A marker that does not go on would list for ever.
            expect(seen.length).toBeLessThanOrEqual(wanted.length);
            marker = next;
          } while (marker !== '');
          expect(seen).toEqual(wanted);
          store.write(() => {
            for (const id of ids) store.blobs.remove(id);
          });
        },
      ),
    );
  });

  it.each(['a', 'YQ', Buffer.from('{"page":1}').toString('base64url'), '%'])(
    'do not begin after %s, which is no marker',
    async (marker) => {
      const { metadata } = await makeContainers(containerName);
      const listed = metadata.listBlobs(context, account, containerName, undefined, undefined, '', 5, marker);
      await expect(listed).rejects.toMatchObject({
        statusCode: 400,
        storageErrorCode: 'InvalidQueryParameterValue',
      });
    },
  );
});

describe('the pages of a search by tags', () => {
  it('have each blob of all containers once, wherever they end', async () => {
    const containers = ['c1', 'c2', 'c3'];
    const { store, metadata, rootOf } = await makeContainers(...containers);
    const all = containers.flatMap((name) => ['x', 'y', 'z'].map((each) => `${name}/${each}`));
    store.write(() => {
      for (const path of all) {
        const [container = '', name = ''] = path.split('/');
        const place = { parent: rootOf(container), segment: name };
        const blobTags = { blobTagSet: [{ key: 'kind', value: name === 'y' ? 'other' : 'wanted' }] };
        store.blobs.insert(blob(name, { containerName: container, blobTags }), place);
      }
    });
    const wanted = all.filter((path) => !path.endsWith('y'));
    for (const maxResults of [1, 2, 3, 5, 6]) {
      const seen: string[] = [];
      let marker = '';
      do {
        const [found, next] = await metadata.filterBlobs(
          ...([context, account, undefined, `kind = 'wanted'`, maxResults, marker] as const),
        );
        for (const each of found)
          seen.push(`${String(Reflect.get(each, 'containerName'))}/${String(Reflect.get(each, 'name'))}`);
        expect(seen.length).toBeLessThanOrEqual(wanted.length);
        marker = next;
      } while (marker !== '');
      expect(seen).toEqual(wanted);
    }
  });
});
