import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { SOURCE } from '@blobmirror/local/connections';
import { type Account, connectAccount, readAccountKind } from '../../../src/azure/account/connect-account.ts';
import { createAzureBackupStore } from '../../../src/azure/backup-store.ts';
import { createAzureCanarySource } from '../../../src/azure/blob/canary-source.ts';
import { createAzureDocumentStore } from '../../../src/azure/documents/document-store.ts';
import { createAzureAccountInspector } from '../../../src/azure/account-inspector.ts';
import type { CopyOptions } from '../../../src/azure/copy/copy-engine.ts';
import {
  type ContainerName,
  type Key,
  parseBlobPath,
  parseContainerName,
  parseKey,
} from '../../../src/model/key.ts';
import { type BlobPresent, isBlob } from '../../../src/model/reading.ts';
import { addStamp } from '../../../src/model/stamp.ts';
import type { AccountInspector } from '../../../src/ports/account-inspector.ts';
import type { BackupStore, CopyOutcome, CopyRequest } from '../../../src/ports/backup-store.ts';
import type { DocumentStore } from '../../../src/ports/document-store.ts';
import type { WriteOutcome } from '../../../src/ports/write-outcome.ts';
import { DIRECTORY_ACCESS } from '../../contract/tree-stage.ts';
import { startLakePair } from '../../support/lake-pair.ts';
import { startStoragePair, type StoragePair } from '../../support/storage-pair.ts';
import { type Liar, startLiar } from './start-liar.ts';

/** One call of a port on keys of its own. */
export interface Prepared {
  readonly act: () => Promise<unknown>;
  /** Whether its result is true. */
  readonly isTrue: (result: unknown) => Promise<boolean>;
}

export interface Operation {
  readonly name: string;
  readonly writes: boolean;
  prepare(): Promise<Prepared>;
}

/** The ports on accounts behind a proxy that gives false answers. */
export interface Behind {
  readonly liar: Liar;
  readonly operations: readonly Operation[];
  stop(): Promise<void>;
}

const CONTAINER = parseContainerName('docs');
const CONTENT = 'what the blob holds, more than a line of it';

interface Through {
  readonly account: Readonly<Record<'source' | 'backup', Account>>;
  readonly reader: AccountInspector;
  readonly backup: BackupStore;
  readonly documents: DocumentStore;
  worker(options: Partial<CopyOptions>): BackupStore;
}

function through(pair: StoragePair, port: number): Through {
  const connect = (side: 'source' | 'backup'): Account =>
    connectAccount({
      connectionString: pair.connectionStrings[side].replace(/127\.0\.0\.1:\d+/g, `127.0.0.1:${port}`),
    });
  const account = { source: connect('source'), backup: connect('backup') };
  const worker = (options: Partial<CopyOptions>): BackupStore =>
    createAzureBackupStore(account.backup, account.source, options);
  return {
    account,
    reader: createAzureAccountInspector(account.source),
    backup: worker({}),
    documents: createAzureDocumentStore(account.backup, 'state'),
    worker,
  };
}

const newKey = (): Key => parseKey('docs', `dir/${randomUUID()}`);

async function present(reader: Pick<BackupStore, 'read'>, key: Key): Promise<BlobPresent> {
  const reading = await reader.read(key);
  if (!isBlob(reading)) throw new Error(`${key.path} is not there`);
  return reading;
}

const portOf = ({ connectionStrings }: StoragePair): number =>
  Number(/127\.0\.0\.1:(\d+)/.exec(connectionStrings.source)?.[1]);

type Kind = (WriteOutcome | CopyOutcome)['kind'];

/** It only says that a precondition failed or that a copy is not done: the key is read again. */
const MOVED: ReadonlySet<Kind | undefined> = new Set<Kind>([
  'backup-precondition-failed',
  'source-precondition-failed',
  'unfinished',
]);

const kindOf = (result: unknown): Kind | undefined =>
  (result as Partial<WriteOutcome | CopyOutcome> | undefined)?.kind;
const isWritten = (result: unknown): boolean =>
  result === undefined || result === 'written' || kindOf(result) === 'written';
const isMoved = (result: unknown): boolean => MOVED.has(kindOf(result));

/** A reading is true when it is what the service answers to other clients. */
function reads(name: string, ask: (stores: Asked) => Promise<unknown>, behind: Ways): Operation {
  return {
    name,
    writes: false,
    prepare: async () => {
      const key = newKey();
      await behind.pair.put('source', key, { content: CONTENT, metadata: { CamelCase: 'x' } });
      const direct = behind.direct;
      const truth = await ask({ ...direct, key });
      return {
        act: async () => await ask({ ...behind.lied, key }),
        isTrue: async (result) =>
          await Promise.resolve(isDeepStrictEqual(withoutTimes(result), withoutTimes(truth))),
      };
    },
  };
}

/** The time of reading, and what others wrote meanwhile, may differ. */
function withoutTimes(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (name, each: unknown) => (name === 'readAt' ? undefined : each)),
  );
}

interface Asked extends Through {
  readonly key: Key;
}

/** Direct, and through the proxy. */
interface Ways {
  readonly pair: StoragePair;
  readonly lied: Through;
  readonly direct: Through;
}

const list = async <Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> =>
  (await Array.fromAsync(pages)).flat();

export async function startFlatBehindLiar(): Promise<Behind> {
  const pair = await startStoragePair();
  const liar = await startLiar(portOf(pair));
  const behind = { pair, lied: through(pair, liar.port), direct: through(pair, portOf(pair)) };
  for (const side of ['source', 'backup'] as const) await pair.addContainer(side, CONTAINER);
  await pair.addContainer('source', 'tables');
  await behind.direct.documents.write('seed', { is: 'there' }, { nothingThere: true });

  /** A write of one key, whose blob is at the source and, of another version, on the backup. */
  const writes = (
    name: string,
    write: (store: BackupStore, key: Key, there: BlobPresent, request: CopyRequest) => Promise<unknown>,
    isDone: (key: Key, request: CopyRequest) => Promise<boolean>,
    { options = {}, kind }: { readonly options?: Partial<CopyOptions>; readonly kind?: 'append' } = {},
  ): Operation => ({
    name,
    writes: true,
    prepare: async () => {
      const key = newKey();
      const blob = { content: CONTENT, metadata: { CamelCase: 'x' }, ...(kind !== undefined && { kind }) };
      await pair.put('source', key, blob);
      await pair.put('backup', key, { ...blob, content: 'old' });
      const source = await present(pair.source, key);
      const there = await present(pair.backup, key);
      const request: CopyRequest = {
        key,
        source,
        metadata: addStamp(source.metadata, { account: SOURCE.name, ...source }),
        condition: { ifMatch: there.etag },
        tier: undefined,
        tags: {},
      };
      const store = behind.lied.worker(options);
      return {
        act: async () => await write(store, key, there, request),
        isTrue: async (result) => isMoved(result) || (isWritten(result) && (await isDone(key, request))),
      };
    },
  });
  const isCopied = async (key: Key, { source }: CopyRequest): Promise<boolean> =>
    (await pair.content('backup', key)) === CONTENT &&
    (await present(pair.backup, key)).stamp?.etag === source.etag;
  const copies = (name: string, options: Partial<CopyOptions>, kind?: 'append'): Operation =>
    writes(`copy (${name})`, async (store, _key, _there, request) => await store.copy(request), isCopied, {
      options,
      ...(kind !== undefined && { kind }),
    });

  const documents = (
    name: string,
    writing: boolean,
    act: (store: DocumentStore, name: string) => Promise<unknown>,
    isTrue: (result: unknown, name: string) => Promise<boolean>,
  ): Operation => ({
    name: `documents.${name}`,
    writes: writing,
    prepare: async () => {
      const document = `mirrors/${randomUUID()}`;
      await behind.direct.documents.write(document, { a: 1 }, { nothingThere: true });
      return {
        act: async () => await act(behind.lied.documents, document),
        isTrue: async (result) => await isTrue(result, document),
      };
    },
  });
  const valueOf = async (name: string): Promise<unknown> => (await behind.direct.documents.read(name))?.value;

  const operations: readonly Operation[] = [
    reads('read', async ({ reader, key }) => await reader.read(key), behind),
    reads('readTags', async ({ reader, key }) => await reader.readTags(key), behind),
    reads(
      'listContainers',
      async ({ reader }) => (await list(reader.listContainers())).includes(CONTAINER),
      behind,
    ),
    reads(
      'listBlobs',
      async ({ reader, key }) => {
        const pages = await Array.fromAsync(reader.listBlobs(CONTAINER, { prefix: key.path }));
        return pages.flatMap(({ entries }) =>
          entries.map(({ path, etag, bytes }) => ({ path, etag, bytes })),
        );
      },
      behind,
    ),
    reads('readContainer', async ({ reader }) => await reader.readContainer(CONTAINER), behind),
    reads(
      'listReadings',
      async ({ reader, key }) =>
        await list(reader.listReadings(CONTAINER, { prefix: key.path, tags: false })),
      behind,
    ),
    reads('readPublicAccess', async ({ reader }) => await reader.readPublicAccess(CONTAINER), behind),
    reads(
      'readRange',
      async ({ reader, key }) => {
        const { etag } = await present(pair.source, key);
        const bytes = await reader.readRange(key, { etag, offset: 5, count: 20 });
        return bytes === undefined ? undefined : Buffer.from(bytes).toString();
      },
      behind,
    ),
    reads('account kind', async ({ account }) => await readAccountKind(account.source), behind),
    {
      name: 'compareContent',
      writes: false,
      prepare: async () => {
        const key = newKey();
        for (const side of ['source', 'backup'] as const) await pair.put(side, key, { content: CONTENT });
        const [source, there] = [await present(pair.source, key), await present(pair.backup, key)];
        return {
          act: async () => await behind.lied.backup.compareContent({ key, source, backup: there }),
          isTrue: async (result) =>
            await Promise.resolve(isMoved(result) || isDeepStrictEqual(result, { kind: 'same' })),
        };
      },
    },
    copies('put-blob-from-url', { engine: 'server' }),
    copies('blocks-from-url', {
      engine: 'server',
      largestInOneRequest: 0,
      serverBlock: { size: 16, atOnce: 2 },
    }),
    copies('copy-blob', { engine: 'copy-blob' }),
    copies('streamed', { engine: 'streamed' }),
    copies('streamed in blocks', { engine: 'streamed', streamedBlock: { size: 16, atOnce: 2 } }),
    copies('streamed, append', { engine: 'streamed', streamedBlock: { size: 16, atOnce: 2 } }, 'append'),
    copies('compared', { verify: 'full' }),
    writes(
      'restamp',
      async (store, key, { etag }) => await store.restamp({ key, metadata: { is: 'new' }, ifMatch: etag }),
      async (key) => (await present(pair.backup, key)).metadata['is'] === 'new',
    ),
    writes(
      'delete',
      async (store, key, { etag }) => await store.delete(key, etag, 'absent-at-source'),
      async (key) => (await pair.content('backup', key)) === undefined,
    ),
    writes(
      'setTier',
      async (store, key) => await store.setTier(key, 'Cool'),
      async (key) => (await present(pair.backup, key)).tier === 'Cool',
    ),
    writes(
      'setTags',
      async (store, key) => await store.setTags(key, { is: 'new' }),
      async (key) => (await pair.backup.readTags(key))['is'] === 'new',
    ),
    {
      name: 'createContainer',
      writes: true,
      prepare: async () => {
        const container = parseContainerName(`c-${randomUUID()}`);
        return await Promise.resolve({
          act: async () => await behind.lied.backup.createContainer(container, {}),
          isTrue: async () => (await pair.backup.readContainer(container)) !== undefined,
        });
      },
    },
    documents(
      'read',
      false,
      async (store, name) => (await store.read(name))?.value,
      async (result) => await Promise.resolve(isDeepStrictEqual(result, { a: 1 })),
    ),
    documents(
      'list',
      false,
      async (store, name) => await list(store.list(name)),
      async (result, name) => await Promise.resolve(isDeepStrictEqual(result, [name])),
    ),
    documents(
      'readLines',
      false,
      async (store, name) => await Array.fromAsync(store.readLines(name)),
      async (result) => await Promise.resolve(isDeepStrictEqual(result, ['{"a":1}'])),
    ),
    documents(
      'write',
      true,
      async (store, name) => await store.write(`${name}/new`, { b: 2 }, { nothingThere: true }),
      async (result, name) =>
        result === 'precondition-failed' || isDeepStrictEqual(await valueOf(`${name}/new`), { b: 2 }),
    ),
    documents(
      'remove',
      true,
      async (store, name) => await store.remove(name),
      async (_, name) => (await valueOf(name)) === undefined,
    ),
    documents(
      'openLines',
      true,
      async (store, name) => {
        const lines = store.openLines(`${name}/lines`);
        await lines.write('{"a":1}');
        await lines.close();
      },
      async (_, name) =>
        (await Array.fromAsync(behind.direct.documents.readLines(`${name}/lines`))).length === 1,
    ),
    {
      name: 'canary.write',
      writes: true,
      prepare: async () => {
        const key = newKey();
        return await Promise.resolve({
          act: async () => await createAzureCanarySource(behind.lied.account.source).write(key, 'now'),
          isTrue: async (etag) => (await present(pair.source, key)).etag === etag,
        });
      },
    },
  ];
  return {
    liar,
    operations,
    stop: async () => {
      await liar.stop();
      await pair.stop();
    },
  };
}

export async function startTreeBehindLiar(): Promise<Behind> {
  const pair = await startLakePair();
  const liar = await startLiar(portOf(pair));
  const lied = through(pair, liar.port);
  for (const side of ['source', 'backup'] as const) await pair.addContainer(side, CONTAINER);
  const { backup } = lied;

  const onDirectory = (
    name: string,
    writing: boolean,
    act: (key: Key, etag: BlobPresent['etag']) => Promise<unknown>,
    isTrue: (key: Key, result: unknown) => Promise<boolean>,
  ): Operation => ({
    name,
    writes: writing,
    prepare: async () => {
      const key = newKey();
      await pair.makeDirectory('backup', key);
      const reading = await pair.backup.read(key);
      if (!reading.present) throw new Error('it is not there');
      return {
        act: async () => await act(key, reading.etag),
        isTrue: async (result) => isMoved(result) || (await isTrue(key, result)),
      };
    },
  });
  const isThere = async (key: Key): Promise<boolean> => (await pair.backup.read(key)).present;
  const beside = (key: Key): Key => ({ ...key, path: parseBlobPath(`${key.path} new`) });
  const container: ContainerName = CONTAINER;

  const operations: readonly Operation[] = [
    onDirectory(
      'read (directory)',
      false,
      async (key) => await backup.read(key),
      async (key, result) => {
        const truth = await pair.backup.read(key);
        return isDeepStrictEqual(withoutTimes(result), withoutTimes(truth));
      },
    ),
    onDirectory(
      'readRootAccess',
      false,
      async () => await backup.readRootAccess(container),
      async (_, result) => isDeepStrictEqual(result, await pair.backup.readRootAccess(container)),
    ),
    onDirectory(
      'createDirectory',
      true,
      async (key) =>
        await backup.createDirectory({ key: beside(key), metadata: { is: 'new' }, access: DIRECTORY_ACCESS }),
      async (key, result) => isWritten(result) && (await isThere(beside(key))),
    ),
    onDirectory(
      'setAccess',
      true,
      async (key) => await backup.setAccess(key, DIRECTORY_ACCESS),
      async (key, result) => {
        const reading = await pair.backup.read(key);
        return isWritten(result) && reading.present && reading.access?.owner === DIRECTORY_ACCESS.owner;
      },
    ),
    onDirectory(
      'rename',
      true,
      async (key, ifMatch) =>
        await backup.rename({ from: key, to: beside(key), ifMatch, condition: { nothingThere: true } }),
      async (key, result) => isWritten(result) && (await isThere(beside(key))),
    ),
    onDirectory(
      'removeEmptyDirectory',
      true,
      async (key, etag) => await backup.removeEmptyDirectory(key, etag),
      async (key, result) => isWritten(result) && !(await isThere(key)),
    ),
    onDirectory(
      'moveToTrash',
      true,
      async (key, etag) => await backup.moveToTrash(key, etag),
      async (key) => !(await isThere(key)),
    ),
    onDirectory(
      'emptyTrash',
      true,
      async () => await backup.emptyTrash(container),
      async () => await Promise.resolve(true),
    ),
  ];
  return {
    liar,
    operations,
    stop: async () => {
      await liar.stop();
      await pair.stop();
    },
  };
}
