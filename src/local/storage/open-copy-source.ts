import type { Context, WriteOptions } from './azurite-model.ts';
import type { CopySource, CopySourceReader } from './copy-source.ts';
import { openLocalCopySource } from './local-copy-source.ts';
import { openRemoteCopySource } from './remote-copy-source.ts';
import { storageError } from './storage-error.ts';

/**
 * Authorises and opens the source of a copy: in process when it is a blob of this server, else by HTTP.
 *
 * @param range as in `x-ms-source-range`; without it the whole blob.
 * Fails as Azure does: 404, 403 and 409 `CannotVerifyCopySource`, 412 `SourceConditionNotMet`.
 */
export async function openCopySource(
  reader: CopySourceReader,
  copySource: string,
  range: string | undefined,
  options: WriteOptions,
  context: Context,
): Promise<CopySource> {
  const url = parseCopySource(copySource, context);
  const open = reader.isOwnHost(url.host) ? openLocalCopySource : openRemoteCopySource;
  return open(reader, url, range, options, context);
}

export function parseCopySource(url: string, context: Context): URL {
  if (!URL.canParse(url))
    throw storageError(context, 400, 'InvalidHeaderValue', 'The copy source is not a URL.', {
      HeaderName: 'x-ms-copy-source',
    });
  return new URL(url);
}
