import type { BlobPath, ContainerName } from '../model/key.ts';

/** Every way in which a backup can differ from its source, with what it means. */
export const DIFFERENCES = {
  'missing-on-backup': 'the source has the blob or directory, the backup does not',
  'extra-on-backup': 'the backup has the blob or directory, the source does not',
  'resource-type': 'file or directory',
  kind: 'block, append or page blob',
  size: 'length in bytes',
  content: 'the bytes, by their MD5 or by reading them',
  'content-md5': 'the Content-MD5 property',
  'content-type': 'the Content-Type',
  'content-encoding': 'the Content-Encoding',
  'content-language': 'the Content-Language',
  'content-disposition': 'the Content-Disposition',
  'cache-control': 'the Cache-Control',
  metadata: 'a name or value of the metadata, the case of names included',
  tag: 'a name or value of the index tags',
  tier: 'the access tier that the settings ask for',
  owner: 'the owning user of a file or directory',
  group: 'the owning group of a file or directory',
  permissions: 'the permissions of a file or directory, the sticky bit included',
  acl: 'an entry of the access control list beyond the permissions',
  'stamp-missing': 'the backup blob carries no stamp that can be read',
  'stamp-account': 'the stamp names another account than the source',
  'stamp-etag': 'the stamp names another version than the source has now',
  'container-missing': 'the source container is not empty, the backup does not have it',
  'container-extra': 'the backup has the container, the source does not',
  'container-metadata': 'a name or value of the container’s metadata',
  'public-access': 'the backup container can be read by anybody',
} as const satisfies Record<string, string>;

export type DifferenceName = keyof typeof DIFFERENCES;

/** One difference of a blob, of a directory or of a container. */
export interface Difference {
  readonly difference: DifferenceName;
  /** Which metadata name, tag or entry of an access control list. */
  readonly name?: string;
  /** What each side has, as text; left out where a side has nothing. */
  readonly source?: string;
  readonly backup?: string;
}

/** Where a difference is: a blob or directory, or a container when there is no path; the root of it has an empty one. */
export interface Place {
  readonly container: ContainerName;
  readonly path?: BlobPath | '';
}
