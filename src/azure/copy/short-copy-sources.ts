import { BlobmirrorError } from '../../model/errors.ts';
import type { CopySources } from '../copy-source.ts';

/** Characters: x-ms-copy-source takes 2 KiB (learn.microsoft.com/rest/api/storageservices/put-blob-from-url). */
const LONGEST_SOURCE = 2048;

/** A name of 230 Japanese characters is longer than that in a URL, and 1,024 characters of any script may be. */
export class SourceUrlTooLong extends BlobmirrorError {
  constructor() {
    super('copy-not-possible', `its URL is longer than the ${LONGEST_SOURCE} characters of a copy source`);
  }
}

/** The same sources, without those that no service takes (azure-powershell#16628). @throws SourceUrlTooLong */
export function shortCopySources(sources: CopySources): CopySources {
  return {
    grant: async (key) => {
      const granted = await sources.grant(key);
      refuseLong(granted.url);
      return granted;
    },
    sign: async (key) => {
      const url = await sources.sign(key);
      refuseLong(url);
      return url;
    },
  };
}

function refuseLong(url: string): void {
  if (url.length > LONGEST_SOURCE) throw new SourceUrlTooLong();
}
