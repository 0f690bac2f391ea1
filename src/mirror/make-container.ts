import type { ContainerName } from '../model/key.js';
import type { Pair } from './pair.js';

/**
 * Makes a container of the backup if it is not there, before many keys are brought into it at once: each would find out
 * by itself otherwise, and make it, by six requests.
 *
 * @throws BlobmirrorError of any storage code
 */
export async function prepareContainer(
  { source, backup }: Pick<Pair, 'source' | 'backup'>,
  container: ContainerName,
): Promise<void> {
  if ((await backup.readContainer(container)) === undefined)
    await makeContainer({ source, backup }, container);
}

/**
 * Makes a container of the backup with the metadata that it has at the source; where that lacks it, too, there is
 * nothing to make.
 */
export async function makeContainer(
  { source, backup }: Pick<Pair, 'source' | 'backup'>,
  container: ContainerName,
): Promise<void> {
  const metadata = await source.readContainer(container);
  if (metadata !== undefined) await backup.createContainer(container, metadata);
}
