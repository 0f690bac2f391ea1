import { readDocument } from '../documents/change-document.ts';
import { FORMER_RUNS, hasFormerDocuments, formerRunOf } from './former-release.ts';
import { type FormerRuns, REGISTRATION_DOCUMENT, documentsPrefix, registrationName } from './registration.ts';
import type { MirrorId } from '../model/mirror-id.ts';
import type { DocumentStore } from '../ports/document-store.ts';

/** Runs that are not this mirror's to remove are passed over once so many newer ones are known. */
const SHOWN = 50;

export interface DocumentOwnership {
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
export function mirrorDocuments(store: DocumentStore, { prefix, former }: DocumentOwnership): DocumentStore {
  const kindOf = (name: string): 'own' | 'shared' | undefined => {
    const run = formerRunOf(name);
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

/**
 * The documents of a mirror, for those who are no worker and register nothing: its own; or, as long as no worker of this
 * release has taken them over, those that the workers of the release before go by.
 */
export function locateDocuments(store: DocumentStore, id: MirrorId): () => Promise<DocumentStore> {
  const prefix = documentsPrefix(id);
  let located: DocumentStore | undefined;

  return async () => {
    if (located !== undefined) return located;
    const found = await readDocument(store, REGISTRATION_DOCUMENT, registrationName(id));
    // Remembered only then: before, a worker may take over at any moment.
    if (found.state === 'there')
      return (located = mirrorDocuments(store, { prefix, former: found.value.former.runs }));
    // A worker has taken them over; which runs of the former release are its own is known when it has registered anew.
    if (found.state === 'damaged') return mirrorDocuments(store, { prefix, former: {} });
    return (await hasFormerDocuments(store)) ? store : mirrorDocuments(store, { prefix, former: {} });
  };
}

/** A store that is known only once something was asked: every call waits for that, and fails as it fails. */
export function deferDocuments(open: () => Promise<DocumentStore>): DocumentStore {
  return {
    read: async (name) => await (await open()).read(name),
    write: async (name, value, condition) => await (await open()).write(name, value, condition),
    list: async function* (prefix) {
      yield* (await open()).list(prefix);
    },
    remove: async (name) => {
      await (await open()).remove(name);
    },
    openLines: (name) => {
      let opened: Promise<ReturnType<DocumentStore['openLines']>> | undefined;
      const writer = async () => await (opened ??= open().then((store) => store.openLines(name)));
      return {
        write: async (line) => {
          await (await writer()).write(line);
        },
        close: async () => {
          await (await writer()).close();
        },
      };
    },
    readLines: async function* (name) {
      yield* (await open()).readLines(name);
    },
  };
}
