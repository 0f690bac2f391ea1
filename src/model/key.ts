import { BlobmirrorError } from './errors.ts';

/** 3 to 63 lower-case letters, digits and single hyphens, or one of the service's own: `$root`, `$web`, `$logs`, `$blobchangefeed`. */
export type ContainerName = string & { readonly __brand: 'ContainerName' };

/** A blob's name, decoded: 1 to 1,024 characters, case kept, any character but a lone surrogate. */
export type BlobPath = string & { readonly __brand: 'BlobPath' };

/** A container and a path in it. Every event, listing and dead letter is reduced to keys. */
export interface Key {
  readonly container: ContainerName;
  readonly path: BlobPath;
}

// Naming rules: learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
const CONTAINER = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;
const SYSTEM_CONTAINERS: ReadonlySet<string> = new Set(['$root', '$web', '$logs', '$blobchangefeed']);
const LONGEST_PATH = 1024;

/** @throws BlobmirrorError `event-key-invalid` */
export function parseContainerName(value: string): ContainerName {
  if (CONTAINER.test(value) || SYSTEM_CONTAINERS.has(value)) return value as ContainerName;
  throw new BlobmirrorError('event-key-invalid', `${JSON.stringify(value)} is not a container name`);
}

/** @throws BlobmirrorError `event-key-invalid` */
export function parseBlobPath(value: string): BlobPath {
  if (value.length >= 1 && value.length <= LONGEST_PATH && value.isWellFormed()) return value as BlobPath;
  const what =
    value.length === 0
      ? 'is empty'
      : value.length > LONGEST_PATH
        ? 'is longer than 1,024 characters'
        : 'holds half a character';
  throw new BlobmirrorError(
    'event-key-invalid',
    `the blob name ${what}: ${JSON.stringify(value.slice(0, 80))}`,
  );
}

/** @throws BlobmirrorError `event-key-invalid` */
export function parseKey(container: string, path: string): Key {
  return { container: parseContainerName(container), path: parseBlobPath(path) };
}

/** The directory that a key is in; undefined at the root of the container. */
export function parentOf({ container, path }: Key): Key | undefined {
  // A trailing slash belongs to the name.
  const slash = path.lastIndexOf('/', path.length - 2);
  return slash <= 0 ? undefined : { container, path: path.slice(0, slash) as BlobPath };
}

/** `container/path`: unique, since a container's name holds no slash. For logs and maps. */
export function keyText(key: Key): string {
  return `${key.container}/${key.path}`;
}

/** All keys of a container whose path begins with these characters; all keys of the container if empty. */
export interface Prefix {
  readonly container: ContainerName;
  readonly path: string;
}

/** A rename of a file or directory at the source, as an event claims it. */
export interface Rename {
  readonly from: Key;
  readonly to: Key;
}
