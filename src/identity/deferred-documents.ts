import type { DocumentStore } from '../ports/document-store.ts';

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
