import type { ContainerNaming } from '../model/container-names.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { type ContainerName, parseContainerName } from '../model/key.ts';
import { SERVICE_CONTAINERS } from '../model/scope.ts';
import { type Environment, readList, readOptional, shown } from './environment.ts';

export const CONTAINER_MAP = 'BLOBMIRROR_CONTAINER_MAP';
const PREFIX = 'BLOBMIRROR_BACKUP_CONTAINER_PREFIX';

/** A prefix that makes a valid container name with any name of at least three characters. */
const IS_PREFIX = /^(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*-?$/;

/** @throws BlobmirrorError `setting-invalid` */
export function readContainerNaming(env: Environment): ContainerNaming {
  const prefix = readOptional(env, PREFIX) ?? '';
  if (prefix !== '' && !IS_PREFIX.test(prefix)) {
    throw new BlobmirrorError(
      'setting-invalid',
      `${PREFIX} is ${shown(prefix)}; it should be at most 60 lower-case letters, digits and single hyphens, not beginning with a hyphen`,
    );
  }
  return { prefix, map: readMap(env) };
}

function readMap(env: Environment): ContainerNaming['map'] {
  const map = new Map<ContainerName, ContainerName>();
  const sources = new Map<ContainerName, ContainerName>();
  const meaning = 'pairs of container names like photos=photos-backup';
  for (const item of readList(env, CONTAINER_MAP, /[;,\s]+/, isPair, meaning)) {
    const [source, backup] = parsePair(item);
    if (map.has(source)) throw wrong(`names ${source} twice; it should map it once`);
    const other = sources.get(backup);
    if (other !== undefined) {
      throw wrong(`maps ${other} and ${source} to ${backup}; each should have a name of its own`);
    }
    map.set(source, backup);
    sources.set(backup, source);
  }
  return map;
}

function isPair(item: string): boolean {
  try {
    return !parsePair(item).some((name) => SERVICE_CONTAINERS.has(name));
  } catch {
    return false;
  }
}

/** @throws BlobmirrorError when one of the two is not a container name. A second `=` makes the backup's invalid. */
function parsePair(item: string): readonly [ContainerName, ContainerName] {
  const at = item.indexOf('=');
  return [parseContainerName(item.slice(0, Math.max(at, 0))), parseContainerName(item.slice(at + 1))];
}

function wrong(what: string): BlobmirrorError {
  return new BlobmirrorError('setting-invalid', `${CONTAINER_MAP} ${what}`);
}
