import type { ContainerClient } from '@azure/storage-blob';

/** Whether two containers list the same names with the same content, by its length and MD5. */
export async function isSameContainer(one: ContainerClient, other: ContainerClient): Promise<boolean> {
  const [left, right] = await Promise.all([contentOf(one), contentOf(other)]);
  return left.size === right.size && [...left].every(([name, content]) => right.get(name) === content);
}

async function contentOf(container: ContainerClient): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>();
  for await (const { name, properties } of container.listBlobsFlat()) {
    const md5 = Buffer.from(properties.contentMD5 ?? []).toString('base64');
    contents.set(name, `${properties.contentLength} ${md5}`);
  }
  return contents;
}
