import { addStamp } from '../../src/model/stamp.ts';
import { isStoredDirectory } from '../memory/memory-entry.ts';
import type { Stage } from './stage.ts';

/** As if a mirror had run for long. */
export function mirrorAll({ container, source, backup }: Stage): void {
  backup.addContainer(container);
  for (const [path, entry] of source.containers.get(container)?.blobs ?? []) {
    const key = { container, path };
    const { etag, lastModified, metadata = {}, ...rest } = entry;
    if (isStoredDirectory(entry)) backup.makeDirectory(key, entry);
    else if ('content' in rest) {
      const stamp = { account: source.account, etag, lastModified };
      backup.put(key, { ...rest, metadata: addStamp(metadata, stamp) });
    }
  }
}
