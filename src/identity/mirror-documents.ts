import { readDocument } from '../documents/change-document.ts';
import { FORMER_RUNS, hasFormerDocuments, formerRunOf } from './former-release.ts';
import { type FormerRuns, REGISTRATION_DOCUMENT, documentsPrefix, registrationName } from './registration.ts';
import type { MirrorId } from '../model/mirror-id.ts';
import type { DocumentStore } from '../ports/document-store.ts';

/** Shared runs are listed only among this many newest runs: this mirror may not remove them. */
const SHOWN = 50;

export interface DocumentOwnership {
  /** The prefix of the mirror's own documents. */
  readonly prefix: string;
  /** The runs of the former release that are read and finished under their old names. */
  readonly former: FormerRuns;
}

/**
 * The documents of one mirror in a store that several share. Each name has the mirror's prefix, except those
 * of runs that the former release began: one of its workers may still work on such a run, and both must count
 * the same slices. Shared documents of those runs are never removed.
 */
export function mirrorDocuments(store: DocumentStore, { prefix, former }: DocumentOwnership): DocumentStore {
  const kindOf = (name: string): 'own' | 'shared' | undefined => {
    const run = formerRunOf(name);
    return run !== undefined && Object.hasOwn(former, run) ? former[run] : undefined;
  };
  const place = (name: string): string => (kindOf(name) === undefined ? `${prefix}${name}` : name);
  const hasFormer = Object.keys(former).length > 0;

  async function* list(start: string): AsyncIterable<readonly string[]> {
    // Names of runs must be in order, which alternating pages of both would not be. There are a hundred at
    // most.
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
 * The documents of a mirror, for processes that are no workers and register nothing: its own, or, until a
 * worker of this release takes them over, those of the former release.
 */
export function locateDocuments(store: DocumentStore, id: MirrorId): () => Promise<DocumentStore> {
  const prefix = documentsPrefix(id);
  let located: DocumentStore | undefined;

  return async () => {
    if (located !== undefined) return located;
    const found = await readDocument(store, REGISTRATION_DOCUMENT, registrationName(id));
    // Cached only now: until it is registered, a worker may take over at any moment.
    if (found.state === 'there')
      return (located = mirrorDocuments(store, { prefix, former: found.value.former.runs }));
    // A worker has taken them over. Which runs of the former release are its own is known after it registers
    // again.
    if (found.state === 'damaged') return mirrorDocuments(store, { prefix, former: {} });
    return (await hasFormerDocuments(store)) ? store : mirrorDocuments(store, { prefix, former: {} });
  };
}

/** A store that is opened by its first call; each call waits for that, and rejects if it fails. */
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
