import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blob, Container, Extent, StoredBlob } from '../../store/blob.ts';
import { rootOf } from '../../store/containers.ts';
import type { Store } from '../../store/open-store.ts';
import { FormerContents } from './former-contents.ts';
import { type Former, type FormerBlob } from './former-format.ts';

/**
 * Takes over the data of former releases: one JSON document, `blobs.json`, with the collections of a document
 * database, and files of contents that many blobs share, in `extents/`. All of it becomes one transaction; the former
 * files are removed after it, so that a start that is interrupted begins again.
 *
 * A blob whose bytes are not there, as after a crash of a former release, is left out.
 */
export async function takeOver(store: Store, folder: string, former: Former): Promise<void> {
  // It was taken over, and the process ended before the files were removed.
  if (!store.containers.isEmpty()) return await removeFormer(folder);
  const contents = new FormerContents(join(folder, 'extents'), store);
  for (const extent of extentsOf(former)) await contents.receiveLarge(extent);
  store.write(() => insertAll(store, former, contents));
  contents.close();
  await removeFormer(folder);
}

async function removeFormer(folder: string): Promise<void> {
  // Last the file whose presence says that there is something to take over.
  await rm(join(folder, 'extents'), { recursive: true, force: true });
  for (const name of ['blobs.json~', 'blobs.json']) await rm(join(folder, name), { force: true });
}
function insertAll(store: Store, former: Former, contents: FormerContents): void {
  for (const { accountName, ...properties } of former.services)
    store.containers.setServiceProperties(accountName, { accountName, ...properties });
  const roots = new Map<string, number>();
  for (const container of former.containers) {
    const taken: Container = {
      ...container,
      metadata: container.metadata ?? undefined,
      containerAcl: container.containerAcl ?? undefined,
    };
    // Flat accounts had no directory for a container.
    const { blob, place } = rootOf(taken);
    const entry = former.blobs.find(
      (each) => each.entry?.parent === '' && each.entry.segment === place.segment,
    );
    const root = store.blobs.insert(entry === undefined ? blob : toBlob(entry, contents), place);
    roots.set(entry?.name ?? place.segment, root.id);
    store.containers.insert(taken, root.id);
  }
  const stored = insertBlobs(store, former.blobs, roots, contents);
  for (const part of former.staged) {
    const blob = stored.get(keyOfBlob(part, part.blobName));
    if (blob !== undefined && contents.has(part.persistency))
      store.parts.stage(blob.id, { ...part, persistency: contents.take(part.persistency) });
  }
}

/** Parents first. In a hierarchical account a blob's name is an id, and its entry has the id of its directory. */
function insertBlobs(
  store: Store,
  blobs: readonly FormerBlob[],
  roots: ReadonlyMap<string, number>,
  contents: FormerContents,
): ReadonlyMap<string, StoredBlob> {
  const stored = new Map<string, StoredBlob>();
  const current = new Map(
    blobs
      .filter(({ snapshot }) => snapshot === '')
      .map((blob) => [keyOfBlob(blob, blob.name), blob] as const),
  );
  const parentOf = (blob: FormerBlob): number | undefined => {
    const { accountName, containerName } = blob;
    if (blob.entry === undefined) return roots.get(`${accountName}/${containerName}`);
    const { parent } = blob.entry;
    return roots.get(parent) ?? insert(directories.get(parent))?.id;
  };
  const directories = new Map(
    blobs.filter(({ entry }) => entry?.kind === 'directory').map((blob) => [blob.name, blob] as const),
  );
  const insert = (blob: FormerBlob | undefined): StoredBlob | undefined => {
    if (blob === undefined || blob.entry?.parent === '') return undefined;
    const key = keyOfBlob(blob, blob.name);
    const known = blob.snapshot === '' ? stored.get(key) : undefined;
    if (known !== undefined || !extentsOfBlob(blob).every((each) => contents.has(each))) return known;
    const base = blob.snapshot === '' ? blob : current.get(key);
    const parent = base && parentOf(base);
    if (base === undefined || parent === undefined) return undefined;
    const made = store.blobs.insert(toBlob(blob, contents), {
      parent,
      segment: base.entry?.segment ?? base.name,
    });
    const take = <Part extends { readonly persistency: Extent }>(part: Part): Part => ({
      ...part,
      persistency: contents.take(part.persistency),
    });
    if (blob.committedBlocksInOrder) store.parts.setBlocks(made.id, blob.committedBlocksInOrder.map(take));
    for (const range of blob.pageRangesInOrder ?? [])
      store.parts.writePages(made.id, range.start, range.end, take(range).persistency);
    if (blob.snapshot === '') stored.set(key, made);
    return made;
  };
  for (const blob of blobs) insert(blob);
  return stored;
}

function keyOfBlob(
  { accountName, containerName }: { accountName: string; containerName: string },
  name: string,
): string {
  return `${accountName}/${containerName}/${name}`;
}

function toBlob({ entry, ...blob }: FormerBlob, contents: FormerContents): Blob {
  return {
    ...blob,
    properties: blob.properties,
    metadata: blob.metadata ?? undefined,
    blobTags: blob.blobTags ?? undefined,
    persistency: blob.persistency ? contents.take(blob.persistency) : undefined,
    committedBlocksInOrder: undefined,
    pageRangesInOrder: undefined,
    ...(entry !== undefined && {
      kind: entry.kind,
      writer: entry.writer,
      access: { owner: entry.owner, group: entry.group, acl: entry.acl, sticky: entry.sticky },
    }),
  };
}

function* extentsOf({ blobs, staged }: Former): Generator<Extent> {
  for (const blob of blobs) yield* extentsOfBlob(blob);
  for (const { persistency } of staged) yield persistency;
}

function extentsOfBlob(blob: FormerBlob): readonly Extent[] {
  const parts = [...(blob.committedBlocksInOrder ?? []), ...(blob.pageRangesInOrder ?? [])];
  return [...(blob.persistency ? [blob.persistency] : []), ...parts.map(({ persistency }) => persistency)];
}
