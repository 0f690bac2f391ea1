import { describe, expect, it } from 'vitest';
import { handleMessage } from '../../src/intake/handle-message.ts';
import { type HintMessage, toProperties } from '../../src/model/hint-message.ts';
import { createScope } from '../../src/model/scope.ts';
import { splitStamp } from '../../src/model/stamp.ts';
import { walkPrefix } from '../../src/reconcile/walk-prefix.ts';
import { at, createMemoryTree, type MemoryTree, TREE_POLICY } from '../support/memory-tree.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

/** What users do, each act with the event that Azure raises for it; one event for a whole directory, none below it. */
class User {
  readonly events: object[] = [];
  readonly #tree: MemoryTree;

  constructor(tree: MemoryTree) {
    this.#tree = tree;
  }

  write(path: string, content: string): void {
    this.#tree.source.put(at(path), { content });
    this.#raise('BlobCreated', path, { api: 'PutBlob', url: toUrl(path) });
  }

  makeDirectory(path: string): void {
    this.#tree.source.makeDirectory(at(path));
    this.#raise('DirectoryCreated', path, { api: 'CreateDirectory', url: toUrl(path) });
  }

  remove(path: string): void {
    this.#tree.source.remove(at(path));
    this.#raise('BlobDeleted', path, { api: 'DeleteFile', url: toUrl(path) });
  }

  removeTree(path: string): void {
    this.#tree.source.removeTree(at(path));
    this.#raise('DirectoryDeleted', path, { api: 'DeleteDirectory', recursive: 'true', url: toUrl(path) });
  }

  rename(from: string, to: string): void {
    this.#move('BlobRenamed', 'RenameFile', from, to);
  }

  renameDirectory(from: string, to: string): void {
    this.#move('DirectoryRenamed', 'RenameDirectory', from, to);
  }

  #move(type: string, api: string, from: string, to: string): void {
    if (!this.#tree.source.move(at(from), at(to))) throw new Error(`${from} cannot become ${to}`);
    this.#raise(type, to, { api, sourceUrl: toUrl(from), destinationUrl: toUrl(to) });
  }

  #raise(type: string, path: string, data: object): void {
    this.events.push({
      topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
      subject: `/blobServices/default/containers/lake/blobs/${path}`,
      eventType: `Microsoft.Storage.${type}`,
      eventTime: '2026-11-21T21:00:00Z',
      id: `${this.events.length}`,
      data,
      dataVersion: '',
      metadataVersion: '1',
    });
  }
}

function toUrl(path: string): string {
  return `https://sourceaccount.dfs.core.windows.net/lake/${path}`;
}

interface Scenario {
  readonly name: string;
  /** What the backup has seen before. */
  readonly before?: (user: User) => void;
  readonly acts: (user: User) => void;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a directory renamed before its children are mirrored',
    acts: (user) => {
      user.makeDirectory('a');
      user.write('a/1', 'one');
      user.write('a/2', 'two');
      user.renameDirectory('a', 'b');
    },
  },
  {
    name: 'a chain of renames',
    before: (user) => user.write('a/1', 'one'),
    acts: (user) => {
      user.renameDirectory('a', 'b');
      user.renameDirectory('b', 'c');
      user.renameDirectory('c', 'd');
    },
  },
  {
    name: 'two files that swap names through a third',
    before: (user) => {
      user.write('x', 'ex');
      user.write('y', 'why');
    },
    acts: (user) => {
      user.rename('x', 't');
      user.rename('y', 'x');
      user.rename('t', 'y');
    },
  },
  {
    name: 'two directories that swap names through a third',
    before: (user) => {
      user.write('x/1', 'ex');
      user.write('y/1', 'why');
    },
    acts: (user) => {
      user.renameDirectory('x', 't');
      user.renameDirectory('y', 'x');
      user.renameDirectory('t', 'y');
    },
  },
  {
    name: 'a file renamed over another',
    before: (user) => {
      user.write('new', 'new');
      user.write('old', 'old');
    },
    acts: (user) => user.rename('new', 'old'),
  },
  {
    name: 'a rename whose target is deleted meanwhile',
    before: (user) => user.write('a/1', 'one'),
    acts: (user) => {
      user.renameDirectory('a', 'b');
      user.removeTree('b');
    },
  },
  {
    name: 'a file renamed and then deleted',
    before: (user) => user.write('a', 'one'),
    acts: (user) => {
      user.rename('a', 'b');
      user.remove('b');
    },
  },
  {
    name: 'a rename and writes on both names',
    before: (user) => user.write('a/1', 'one'),
    acts: (user) => {
      user.write('a/1', 'changed');
      user.renameDirectory('a', 'b');
      user.write('b/1', 'changed again');
      user.write('a/2', 'made anew');
    },
  },
  {
    name: 'a directory deleted and made again',
    before: (user) => {
      user.write('a/1', 'one');
      user.write('a/2', 'two');
    },
    acts: (user) => {
      user.removeTree('a');
      user.makeDirectory('a');
      user.write('a/2', 'again');
    },
  },
  {
    name: 'files written aside and renamed into place, and what is aside deleted',
    acts: (user) => {
      user.write('out/_temporary/1', 'one');
      user.rename('out/_temporary/1', 'out/1');
      user.removeTree('out/_temporary');
      user.write('out/_SUCCESS', '');
    },
  },
];

/** A worker that handles the messages of a queue one after the other, those that it sends itself in the end. */
function createWorker(tree: MemoryTree) {
  const scope = createScope('sourceaccount');
  const sides = { source: tree.source, backup: tree.backup, scope, hierarchical: true, policy: TREE_POLICY };
  const later: HintMessage[] = [];
  const dead: HintMessage[] = [];
  let ids = 0;
  async function handle(body: unknown, message?: HintMessage): Promise<void> {
    await handleMessage(
      {
        scope,
        converge: tree.converge,
        followRename: tree.followRename,
        walk: async (prefix, from, look) => await walkPrefix(sides, { prefix, from, converge: look }),
        queue: {
          sendLater: async (sent) => void (await Promise.resolve(later.push(sent))),
          deadLetter: async (sent) => void (await Promise.resolve(dead.push(sent))),
        },
      },
      createSilentLogger(),
      {
        body,
        messageId: message?.messageId ?? `m${++ids}`,
        enqueuedTime: new Date(),
        deliveryCount: 1,
        applicationProperties: message === undefined ? {} : toProperties(message.history),
      },
    );
  }
  return {
    dead,
    deliver: async (events: readonly object[]) => {
      for (const event of events) await handle(event);
      for (let sent = later.shift(); sent !== undefined; sent = later.shift()) await handle(sent.event, sent);
    },
  };
}

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length === 0) yield [];
  for (const [i, item] of items.entries())
    for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
}

function expectEqual({ source, backup }: MemoryTree, order: string): void {
  const shown = ({ containers }: MemoryTree['source']) =>
    Object.fromEntries(
      [...(containers.get(at('x').container)?.blobs ?? [])]
        .filter(([path]) => !path.startsWith('.blobmirror'))
        .map(([path, entry]) => [path, 'content' in entry ? entry.content : 'a directory']),
    );
  expect(shown(backup), order).toEqual(shown(source));
  for (const [path, entry] of source.containers.get(at('x').container)?.blobs ?? []) {
    if (!('content' in entry)) continue;
    const { stamp } = splitStamp(backup.peek(at(path))?.metadata ?? {});
    expect(stamp?.etag, `${path} after ${order}`).toBe(entry.etag);
  }
}

describe('events of a tree, in whatever order they arrive and twice, leave the two sides equal:', () => {
  it.each(SCENARIOS)('$name', async ({ before, acts }) => {
    const rehearsal = new User(createMemoryTree());
    before?.(rehearsal);
    const seen = rehearsal.events.length;
    acts(rehearsal);
    const steps = rehearsal.events.length - seen;

    for (const order of permutations(Array.from({ length: steps }, (_, i) => i))) {
      const tree = createMemoryTree();
      const worker = createWorker(tree);
      const user = new User(tree);
      before?.(user);
      await worker.deliver(user.events);
      acts(user);
      const events = order.map((i) => user.events[seen + i] ?? {});
      await worker.deliver([...events, ...events.slice(0, 1)]);
      expectEqual(tree, order.join(' '));
      expect(worker.dead).toEqual([]);
    }
  });
});

it('a rename whose event is the first that tells of it copies nothing', async () => {
  const tree = createMemoryTree();
  const worker = createWorker(tree);
  const user = new User(tree);
  for (let i = 0; i < 50; i++) user.write(`a/b/${i}`, `${i}`);
  await worker.deliver(user.events.splice(0));
  user.renameDirectory('a', 'z');
  tree.calls.length = 0;
  await worker.deliver(user.events);
  expect(tree.calls.filter((call) => call.includes('copy'))).toEqual([]);
  expect(tree.calls.filter((call) => call === 'backupaccount.rename')).toHaveLength(1);
  expectEqual(tree, 'the rename alone');
});
