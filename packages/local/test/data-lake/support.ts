import { StatementSync } from 'node:sqlite';
import { Namespace, type Node } from '../../src/data-lake/namespace.ts';
import { createHistorySettings } from '../../src/storage/history-settings.ts';
import { deleteBlob } from '../../src/storage/operations/keep-history.ts';
import type { Store } from '../../src/store/open-store.ts';
import { blob, makeStore } from '../store/support.ts';

export interface Tree {
  readonly store: Store;
  readonly namespace: Namespace;
  readonly makeFile: (container: string, path: string) => void;
  readonly node: (container: string, path: string) => Node;
  readonly remove: (node: Node) => void;
}

const account = 'a';

/** The tree of an account without a server, in memory. */
export async function makeTree(...containers: readonly string[]): Promise<Tree> {
  const store = await makeStore();
  const namespace = new Namespace(store);
  const history = createHistorySettings([], store.containers, false, Date.now);
  const node = (container: string, path: string): Node => {
    const found = namespace.node(account, container, path);
    if (found === undefined) throw new Error(`there is no ${path}`);
    return found;
  };
  const properties = { etag: '"1"', lastModified: new Date(0) };
  store.write(() => {
    for (const name of containers) {
      const root = store.blobs.insert(blob('', { kind: 'directory' }), { parent: 0, segment: name });
      store.containers.insert({ accountName: account, name, properties }, root.id);
    }
  });
  return {
    store,
    namespace,
    makeFile: (container, path) =>
      store.write(() => void store.blobs.insert(blob(path), namespace.make(account, container, path))),
    node,
    remove: (each) => store.write(() => void deleteBlob({ store, paths: namespace, history }, each)),
  };
}

export interface StatementCounts {
  statements: number;
  rowsChanged: number;
  rowsRead: number;
}

/** Counts what statements do while `act` runs, in all databases of this process. */
export function countStatements(act: () => void): StatementCounts {
  const counts: StatementCounts = { statements: 0, rowsChanged: 0, rowsRead: 0 };
  const restore = [
    observe('run', ({ sourceSQL }, result) => {
      counts.statements++;
      // Other statements tell the number of the last change.
      if (/^(INSERT|UPDATE|DELETE)/.test(sourceSQL)) counts.rowsChanged += Number(changesIn(result));
    }),
    observe('get', (_statement, row) => {
      counts.statements++;
      counts.rowsRead += Number(row !== undefined);
    }),
    observe('all', (_statement, rows) => {
      counts.statements++;
      counts.rowsRead += Array.isArray(rows) ? rows.length : 0;
    }),
  ];
  try {
    act();
  } finally {
    for (const each of restore) each();
  }
  return counts;
}

/** Tells of the calls of a method of all statements, until the returned function is called. */
function observe(
  name: 'run' | 'get' | 'all',
  onResult: (statement: StatementSync, result: unknown) => void,
): () => void {
  const original = StatementSync.prototype[name] as (...values: unknown[]) => unknown;
  Object.assign(StatementSync.prototype, {
    [name](this: StatementSync, ...values: unknown[]): unknown {
      const result = original.apply(this, values);
      onResult(this, result);
      return result;
    },
  });
  return () => void Object.assign(StatementSync.prototype, { [name]: original });
}

function changesIn(result: unknown): unknown {
  return typeof result === 'object' && result !== null && 'changes' in result ? result.changes : 0;
}
