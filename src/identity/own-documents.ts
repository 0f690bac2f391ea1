import type { FormerRuns } from '../model/registration.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { FORMER_RUNS, runOf } from './former-layout.ts';

/** Runs that are not this mirror's to remove are passed over once so many newer ones are known. */
const SHOWN = 50;

export interface Ownership {
  /** What the mirror's own documents begin with. */
  readonly prefix: string;
  /** The runs of the release before that are read, and brought to their end, where that one wrote them. */
  readonly former: FormerRuns;
}

/**
 * The documents of one mirror in a store that several share. Each name has the mirror's own prefix, but for those of
 * runs that the release before began: a worker of it may still be at work on one, and both must count the same slices.
 * What of those cannot be told to be this mirror's is never removed.
 */
export function ownDocuments(store: DocumentStore, { prefix, former }: Ownership): DocumentStore {
  const kindOf = (name: string): 'own' | 'shared' | undefined => {
    const run = runOf(name);
    return run !== undefined && Object.hasOwn(former, run) ? former[run] : undefined;
  };
  const place = (name: string): string => (kindOf(name) === undefined ? `${prefix}${name}` : name);
  const hasFormer = Object.keys(former).length > 0;

  async function* list(start: string): AsyncIterable<readonly string[]> {
    // Pages of both in turn would not be in order, and the names of runs are to be: they are a hundred at most.
    if (hasFormer && start === FORMER_RUNS) {
      const own = await listAll(store, `${prefix}${start}`);
      const old = (await listAll(store, start)).filter((name) => kindOf(name) !== undefined);
      const all = [...own.map((name) => name.slice(prefix.length)), ...old].toSorted();
      yield all.filter((name, i) => kindOf(name) !== 'shared' || all.length - i <= SHOWN);
      return;
    }
    if (kindOf(start) !== undefined) yield* store.list(start);
    else
      for await (const names of store.list(`${prefix}${start}`))
        yield names.map((name) => name.slice(prefix.length));
  }

  return {
    read: async (name) => await store.read(place(name)),
    write: async (name, value, condition) => await store.write(place(name), value, condition),
    list,
    remove: async (name) => {
      if (kindOf(name) !== 'shared') await store.remove(place(name));
    },
    openLines: (name) => store.openLines(place(name)),
    readLines: (name) => store.readLines(place(name)),
  };
}

async function listAll(store: DocumentStore, prefix: string): Promise<readonly string[]> {
  return (await Array.fromAsync(store.list(prefix))).flat();
}
