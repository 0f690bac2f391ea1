import { BlobmirrorError } from '../model/errors.ts';
import { type ContainerName, parseContainerName } from '../model/key.ts';
import { type Environment, readOptional } from './environment.ts';

/** A container that the mirror keeps for itself, so none of the service's own. @throws BlobmirrorError `setting-invalid` */
export function readOwnContainer(env: Environment, name: string, otherwise = ''): ContainerName {
  const text = readOptional(env, name) ?? otherwise;
  try {
    const container = parseContainerName(text);
    if (!container.startsWith('$')) return container;
  } catch {
    // Told below.
  }
  throw new BlobmirrorError(
    'setting-invalid',
    `${name} is ${JSON.stringify(text)}; it should be the name of a container of the mirror's own`,
  );
}
