import { StatementSync } from 'node:sqlite';
import { Namespace, type Node } from '../../src/data-lake/namespace.ts';
import type { Store } from '../../src/store/open-store.ts';
import { blob, makeStore } from '../store/support.ts';

export interface Tree {
  readonly store: Store;
  readonly namespace: Namespace;
  makeFile(container: string, path: string): void;
  node(container: string, path: string): Node;
}

const account = 'a';

/** The tree of an account without a server, in memory. */
export async function makeTree(...containers: readonly string[]): Promise<Tree> {
  const store = await makeStore();
  const namespace = new Namespace(store);
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
  const { prototype } = StatementSync;
  const { run, get, all } = prototype;
  prototype.run = function countRun(...values: never[]) {
    const result = run.apply(this, values);
    counts.statements++;
    // The number of others is that of the last change.
    if (/^(INSERT|UPDATE|DELETE)/.test(this.sourceSQL)) counts.rowsChanged += Number(result.changes);
    return result;
  };
  prototype.get = function countGet(...values: never[]) {
    const row = get.apply(this, values);
    counts.statements++;
    counts.rowsRead += Number(row !== undefined);
    return row;
  };
  prototype.all = function countAll(...values: never[]) {
    const rows = all.apply(this, values);
    counts.statements++;
    counts.rowsRead += rows.length;
    return rows;
  };
  try {
    act();
  } finally {
    Object.assign(prototype, { run, get, all });
  }
  return counts;
}
