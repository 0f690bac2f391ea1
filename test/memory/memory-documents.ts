import { parseDocumentText } from '../../src/documents/change-document.ts';
import type { DocumentStore } from '../../src/ports/document-store.ts';
import type { Schedule } from './schedule.ts';

interface Stored {
  readonly text: string;
  readonly version: string;
  readonly writtenAt?: Date | undefined;
}

/** The app's state in memory. It is stored as text, so that no two readers share an object. */
export class MemoryDocuments {
  readonly stored = new Map<string, Stored>();
  #versions = 0;
  readonly #now: (() => Date) | undefined;

  /** @param now clock of the service; without it, the documents have no time of their last write */
  constructor(now?: () => Date) {
    this.#now = now;
  }

  /** The port, for a client whose calls have this schedule. */
  through(schedule: Schedule): DocumentStore {
    const { stored } = this;
    const put = (name: string, text: string): void => {
      stored.set(name, { text, version: String(++this.#versions), writtenAt: this.#now?.() });
    };

    return {
      read: (name) =>
        schedule('documents.read', undefined, () => {
          const found = stored.get(name);
          if (found === undefined) return undefined;
          const { text, version, writtenAt } = found;
          return { value: parseDocumentText(Buffer.from(text)), version, writtenAt };
        }),

      write: (name, value, condition) =>
        schedule('documents.write', undefined, () => {
          const expected = 'version' in condition ? condition.version : undefined;
          if (stored.get(name)?.version !== expected) return 'precondition-failed';
          put(name, JSON.stringify(value));
          return 'written';
        }),

      list: async function* (prefix) {
        yield await schedule('documents.list', undefined, () =>
          [...stored.keys()].filter((name) => name.startsWith(prefix)).toSorted(),
        );
      },

      remove: (name) => schedule('documents.remove', undefined, () => void stored.delete(name)),

      openLines: (name) => {
        const lines: string[] = [];
        return {
          write: async (line) => {
            await Promise.resolve();
            lines.push(`${line}\n`);
          },
          close: () =>
            schedule('documents.close', undefined, () => {
              if (lines.length === 0) stored.delete(name);
              else put(name, lines.join(''));
            }),
        };
      },

      readLines: async function* (name) {
        const text = await schedule('documents.readLines', undefined, () => stored.get(name)?.text ?? '');
        const lines = text.split('\n');
        yield* lines.at(-1) === '' ? lines.slice(0, -1) : lines;
      },
    };
  }
}
