import { setTimeout as sleep } from 'node:timers/promises';
import { createAccountSas } from '@blobmirror/local';
import { parseEtag } from '../../src/model/etag.ts';
import { addStamp } from '../../src/model/stamp.ts';
import type { Scene } from './scene.ts';
import { startUnreadableSource } from './unreadable-source.ts';

/** A change, and what is right on the backup after a sync. */
export interface Row {
  readonly title: string;
  readonly isHierarchical?: true;
  readonly play: (scene: Scene) => Promise<Judged>;
}

export interface Judged {
  readonly isRight: boolean;
  /** What the backup was left with. */
  readonly left: string;
}

const SECOND_MS = 1000;
/** Times of changes have whole seconds, and these are to differ. */
const aWhile = async (): Promise<void> => {
  await sleep(SECOND_MS + 100);
};
const PATH = 'a.txt';

export const ROWS: readonly Row[] = [
  {
    title: 'only metadata changed',
    play: async (scene) => {
      await changeAfterSync(scene, async () => {
        await scene.source.getBlobClient(PATH).setMetadata({ owner: 'ada' });
      });
      const { metadata } = await scene.backup.getBlobClient(PATH).getProperties();
      return judge(metadata?.['owner'] === 'ada', 'the new metadata', 'the old metadata');
    },
  },
  {
    title: 'only a header changed',
    play: async (scene) => {
      await changeAfterSync(scene, async () => {
        const blob = scene.source.getBlobClient(PATH);
        // Those that are not named are taken off.
        const { contentType, contentMD5 } = await blob.getProperties();
        await blob.setHTTPHeaders({
          blobCacheControl: 'max-age=60',
          ...(contentType !== undefined && { blobContentType: contentType }),
          ...(contentMD5 !== undefined && { blobContentMD5: contentMD5 }),
        });
      });
      const { cacheControl } = await scene.backup.getBlobClient(PATH).getProperties();
      return judge(cacheControl === 'max-age=60', 'the new header', 'the old header');
    },
  },
  {
    title: 'only a tag changed (tags on)',
    play: async (scene) => {
      const change = async () => void (await scene.source.getBlobClient(PATH).setTags({ state: 'new' }));
      await changeAfterSync(scene, change, { tags: true });
      const { tags } = await scene.backup.getBlobClient(PATH).getTags();
      return judge(tags['state'] === 'new', 'the new tag', 'the old tags');
    },
  },
  {
    title: 'a blob changed twice in one second, in size the same, synced in between',
    play: async (scene) => {
      await untilSecondBegins();
      await scene.put('source', PATH, 'one');
      await plantCopy(scene, 'one');
      await scene.put('source', PATH, 'two');
      await aWhile();
      await scene.sync();
      return judge((await scene.content(PATH)) === 'two', 'the newest', 'the older one');
    },
  },
  {
    title: 'a blob of the backup is newer but stale',
    play: async (scene) => {
      await scene.put('source', PATH, 'one');
      const found = await plantCopy(scene, 'one');
      await aWhile();
      await scene.put('source', PATH, 'two');
      await aWhile();
      // As by a copy that began before the change and took long.
      await scene.backup.getBlobClient(PATH).setMetadata(found);
      await scene.sync();
      return judge((await scene.content(PATH)) === 'two', 'the newest', 'the older one');
    },
  },
  {
    title: 'an old file was renamed over another (hierarchical)',
    isHierarchical: true,
    play: async (scene) => {
      await scene.put('source', 'old.txt', 'old');
      await aWhile();
      await changeAfterSync(scene, async () => await scene.rename('old.txt', PATH));
      const [there, before] = [await scene.content(PATH), await scene.content('old.txt')];
      return judge(there === 'old' && before === undefined, 'as renamed', `${there} at its path`);
    },
  },
  {
    title: 'somebody put a blob of their own on the backup',
    play: async (scene) => {
      await changeAfterSync(scene, async () => await scene.put('backup', 'foreign.txt', 'foreign'));
      const found = await scene.content('foreign.txt');
      return judge(found === 'foreign', 'it', `${found ?? 'nothing'} in its place`);
    },
  },
  {
    title: 'the source is unreadable from the middle of its listing on',
    play: async (scene) => {
      const paths = Array.from({ length: 30 }, (_, i) => `blob${10 + i}.txt`);
      for (const path of paths) await scene.put('source', path, path);
      await scene.sync();
      const { blobEndpoint, stop } = await startUnreadableSource(scene.info.source.blobEndpoint);
      const connectionString = `BlobEndpoint=${blobEndpoint};SharedAccessSignature=${createAccountSas(scene.info.source)}`;
      const info = { ...scene.info, source: { ...scene.info.source, blobEndpoint, connectionString } };
      const { isContent } = await scene.sync({ info });
      await stop();
      const kept = await Promise.all(paths.map(async (path) => await scene.content(path)));
      const count = kept.filter((content, i) => content === paths[i]).length;
      const left = `${count} of ${paths.length} blobs, and says that ${isContent ? 'all is well' : 'it failed'}`;
      return { isRight: count === paths.length && !isContent, left };
    },
  },
  {
    title: 'blobs are archived at the source, one of them new',
    play: async (scene) => {
      await scene.put('source', PATH, 'kept');
      await scene.sync();
      await aWhile();
      await scene.put('source', 'new.txt', 'new');
      await scene.put('source', 'other.txt', 'other');
      for (const path of [PATH, 'new.txt']) await scene.source.getBlobClient(path).setAccessTier('Archive');
      const { tells } = await scene.sync();
      const { contentLength } = await scene.backup.getBlobClient(PATH).getProperties();
      const isKept = contentLength === 'kept'.length && (await scene.content('other.txt')) === 'other';
      const isTold = tells('new.txt');
      return {
        isRight: isKept && isTold,
        left: `${isKept ? 'what can be had' : 'not what can be had'}, the new one ${isTold ? 'told of' : 'left out in silence'}`,
      };
    },
  },
];

async function changeAfterSync(
  scene: Scene,
  change: () => Promise<void>,
  options: { readonly tags?: boolean } = {},
): Promise<void> {
  await scene.put('source', PATH, 'content');
  await scene.sync(options);
  await aWhile();
  await change();
  await scene.sync(options);
}

/** A copy of the source's blob as the tool would have made it by now, with what it remembers it by; its metadata. */
async function plantCopy(scene: Scene, content: string): Promise<Record<string, string>> {
  const { etag, lastModified = new Date() } = await scene.source.getBlobClient(PATH).getProperties();
  const account = scene.info.source.accountName;
  const memories: Readonly<Record<string, Record<string, string>>> = {
    blobmirror: addStamp({}, { account, etag: parseEtag(etag), lastModified }),
    rclone: { mtime: lastModified.toISOString() },
  };
  const metadata = memories[scene.tool.name] ?? {};
  await scene.backup.getBlockBlobClient(PATH).upload(content, content.length, { metadata });
  return metadata;
}

async function untilSecondBegins(): Promise<void> {
  await sleep(SECOND_MS - (Date.now() % SECOND_MS) + 10);
}

function judge(isRight: boolean, right: string, wrong: string): Judged {
  return { isRight, left: isRight ? right : wrong };
}
