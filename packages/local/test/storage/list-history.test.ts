import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/azurite/azurite-model.ts';
import { createHistorySettings } from '../../src/storage/history-settings.ts';
import { type HistoryRequest, listHistory } from '../../src/storage/operations/list-history.ts';
import type { Blob } from '../../src/store/blob.ts';
import { FlatPaths } from '../../src/store/flat-paths.ts';
import type { Store } from '../../src/store/open-store.ts';
import { toTime } from '../../src/store/times.ts';
import { countStatements } from '../data-lake/support.ts';
import { blob, makeStore } from '../store/support.ts';

const account = 'account';
const container = 'container';
const context = { contextId: '', startTime: new Date(0) } as Context;
const now = 1000;

async function makeContainer() {
  const store = await makeStore();
  const stage = {
    store,
    paths: new FlatPaths(store.containers),
    history: createHistorySettings([], store.containers, true, () => now),
  };
  const root = store.write(() => {
    const { id } = store.blobs.insert(blob('', { kind: 'directory' }), { parent: 0, segment: 'root' });
    const properties = { etag: '"1"', lastModified: new Date(0) };
    store.containers.insert({ accountName: account, name: container, properties }, id);
    return id;
  });
  return { stage, store, root };
}

const text = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', '/', '\uffff', '\u{10000}'), maxLength });
const former = fc.record({
  kind: fc.constantFrom('snapshot', 'version'),
  /** Of what is deleted: whether it can still be restored. */
  state: fc.constantFrom('there', 'deleted', 'expired'),
});
const made = fc.record({
  name: text(4).filter(Boolean),
  formers: fc.array(former, { maxLength: 4 }),
  base: fc.constantFrom('none', 'current', 'uncommitted', 'deleted', 'expired'),
});
const listing = fc.record({
  delimiter: fc.constantFrom(undefined, '/'),
  prefix: text(2),
  startFrom: fc.option(text(3), { nil: undefined }),
  snapshots: fc.boolean(),
  uncommitted: fc.boolean(),
  versions: fc.boolean(),
  deleted: fc.boolean(),
  deletedWithVersions: fc.boolean(),
});
type Made = typeof made extends fc.Arbitrary<infer Value> ? Value : never;
type Listing = typeof listing extends fc.Arbitrary<infer Value> ? Value : never;

const deletion = (state: string) => ({ deletedAt: 0, expiresAt: state === 'deleted' ? now + 1 : now });

/** The ids of its rows. */
function put(store: Store, root: number, { name, formers, base }: Made): readonly number[] {
  const rows: Partial<Blob>[] = formers.map(({ kind, state }, index) => ({
    ...(kind === 'version' ? { version: toTime(index), former: 'version' } : { snapshot: toTime(index) }),
    ...(state !== 'there' && { former: 'deleted', ...deletion(state) }),
  }));
  if (base === 'current') rows.push({});
  else if (base === 'uncommitted') rows.push({ isCommitted: false });
  else if (base !== 'none') rows.push({ former: 'deleted', ...deletion(base) });
  return rows.map((row) => store.blobs.insert(blob(name, row), { parent: root, segment: name }).id);
}

/** What a listing has of a name, in its order. */
function linesOf({ name, formers, base }: Made, options: Listing): readonly string[] {
  const rows = formers.flatMap(({ kind, state }, index) => {
    const isAskedFor = kind === 'version' ? options.versions : options.snapshots;
    const isThere = state === 'there' || (state === 'deleted' && options.deleted);
    return isAskedFor && isThere ? [`${name} ${kind} ${toTime(index)} ${state}`] : [];
  });
  const hasVersions = formers.some(({ kind, state }) => kind === 'version' && state !== 'expired');
  if (base === 'current' || (base === 'uncommitted' && options.uncommitted))
    return [...rows, `${name} there`];
  if (base === 'deleted' && options.deleted) return [...rows, `${name} deleted`];
  return hasVersions && options.deletedWithVersions ? [...rows, `${name} versions only`] : rows;
}

function expected(all: readonly Made[], options: Listing): readonly string[] {
  const { delimiter, prefix, startFrom = '' } = options;
  const bytes = (name: string) => Buffer.from(name);
  const lines = all
    .filter(({ name }) => name.startsWith(prefix) && Buffer.compare(bytes(name), bytes(startFrom)) >= 0)
    .toSorted((left, right) => Buffer.compare(bytes(left.name), bytes(right.name)))
    .flatMap((each) => {
      const own = linesOf(each, options);
      const end = delimiter === undefined ? -1 : each.name.indexOf(delimiter, prefix.length);
      return end < 0 || own.length === 0 ? own : [`prefix ${each.name.slice(0, end + 1)}`];
    });
  return [...new Set(lines)];
}

function lineOf(listed: Blob): string {
  const { name, snapshot, version, deleted, hasVersionsOnly, former: state } = listed;
  const is = deleted === true ? 'deleted' : 'there';
  if (hasVersionsOnly === true) return `${name} versions only`;
  if (snapshot !== '') return `${name} snapshot ${snapshot} ${is}`;
  return version !== undefined && state !== undefined ? `${name} version ${version} ${is}` : `${name} ${is}`;
}

describe('the pages of a listing with history', () => {
  it('have each row and prefix once, in their order, wherever they end', async () => {
    const { stage, store, root } = await makeContainer();
    fc.assert(
      fc.property(
        fc.uniqueArray(made, { selector: ({ name }) => name, maxLength: 10 }),
        listing,
        fc.integer({ min: 1, max: 5 }),
        (all, options, maxResults) => {
          const ids = store.write(() => all.flatMap((each) => put(store, root, each)));
          const wanted = expected(all, options);
          const seen: string[] = [];
          let marker = '';
          do {
            const request: HistoryRequest = { account, container, maxResults, marker, ...options };
            const [blobs, prefixes, next] = listHistory(stage, context, request);
            const lines = [
              ...blobs.map((each) => ({ name: each.name, line: lineOf(each) })),
              ...prefixes.map(({ name }) => ({ name, line: `prefix ${name}` })),
            ];
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

  it('cost the same however many versions a name has', async () => {
    const { stage, store, root } = await makeContainer();
    const count = 5000;
    store.write(() => {
      for (let index = 0; index < count; index++)
        store.blobs.insert(blob('b', { version: toTime(index), former: 'version' }), {
          parent: root,
          segment: 'b',
        });
    });
    const request = {
      account,
      container,
      delimiter: undefined,
      prefix: '',
      startFrom: undefined,
      maxResults: 10,
      snapshots: false,
      uncommitted: false,
      versions: true,
      deleted: true,
      deletedWithVersions: false,
    };
    const [, , middle] = listHistory(stage, context, { ...request, maxResults: count / 2, marker: '' });
    const counts = countStatements(() => {
      const [blobs] = listHistory(stage, context, { ...request, marker: middle });
      expect(blobs.map(({ version }) => version)).toEqual(
        Array.from({ length: 10 }, (_, index) => toTime(count / 2 + index)),
      );
    });
    expect(counts.rowsRead).toBeLessThan(600);
  });
});
