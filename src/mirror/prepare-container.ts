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
  if ((await backup.readContainer(container)) !== undefined) return;
  const metadata = await source.readContainer(container);
  if (metadata !== undefined) await backup.createContainer(container, metadata);
}
