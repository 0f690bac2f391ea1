import { type BlobPresent, type Reading, isBlob } from '../../../src/model/reading.ts';
import type { MirrorFunctions } from '../mirror-functions.ts';
import { spoilPorts } from './mutant.ts';

/** Against invariant 6: two sides that are alike by something other than the ETag are taken to be in sync. */
export function stampByLikeness(
  isAlike: (source: BlobPresent, backup: BlobPresent) => boolean,
): MirrorFunctions {
  return spoilPorts(({ source, backup }) => {
    let onBackup: Reading | undefined;
    return {
      backup: {
        ...backup,
        read: async (key) => {
          onBackup = await backup.read(key);
          return onBackup;
        },
      },
      source: {
        ...source,
        read: async (key) => {
          const reading = await source.read(key);
          if (!isBlob(reading) || !onBackup || !isBlob(onBackup) || onBackup.stamp === undefined)
            return reading;
          return isAlike(reading, onBackup) ? { ...reading, etag: onBackup.stamp.etag } : reading;
        },
      },
    };
  });
}
