import { BlobmirrorError } from './errors.ts';
import { type ContainerName, parseContainerName } from './key.ts';

/** How the settings name source containers on the backup. */
export interface ContainerNaming {
  /** Put before every name that has no entry in the map. Empty: a container keeps its name. */
  readonly prefix: string;
  /** Source name to backup name, without the prefix. */
  readonly map: ReadonlyMap<ContainerName, ContainerName>;
}

/** Maps source names to backup names and back. No two source containers ever share a name on the backup. */
export interface ContainerNames {
  /** @throws BlobmirrorError `container-not-mappable` if no name is this container's alone */
  toBackup(container: ContainerName): ContainerName;

  /** The source container that has this name on the backup; undefined if there is none. */
  fromBackup(name: ContainerName): ContainerName | undefined;
}

export const SAME_NAMES: ContainerNaming = { prefix: '', map: new Map() };

export function createContainerNames({ prefix, map }: ContainerNaming): ContainerNames {
  const given = new Map([...map].map(([container, name]) => [name, container]));

  function toBackup(container: ContainerName): ContainerName {
    const mapped = map.get(container);
    if (mapped !== undefined) return mapped;
    const name = `${prefix}${container}`;
    // A prefixed name cannot hold `$`, and without it `$web` would take the name of a container `web`.
    if (prefix !== '' && container.startsWith('$')) throw refuse(container, `${name} is no container name`);
    const taker = given.get(name as ContainerName);
    if (taker !== undefined) throw refuse(container, `the map gives ${name} to ${taker}`);
    try {
      return parseContainerName(name);
    } catch {
      throw refuse(container, `${name} is longer than 63 characters`);
    }
  }

  function fromBackup(name: ContainerName): ContainerName | undefined {
    const mapped = given.get(name);
    if (mapped !== undefined) return mapped;
    if (!name.startsWith(prefix)) return undefined;
    try {
      const container = parseContainerName(name.slice(prefix.length));
      return toBackup(container) === name ? container : undefined;
    } catch {
      return undefined;
    }
  }

  return { toBackup, fromBackup };
}

function refuse(container: ContainerName, reason: string): BlobmirrorError {
  return new BlobmirrorError(
    'container-not-mappable',
    `the container ${container} has no name on the backup: ${reason}`,
    { context: { container } },
  );
}
