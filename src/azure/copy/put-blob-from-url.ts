import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { BlobmirrorError } from '../../model/errors.ts';
import { etagHeader, parseEtag } from '../../model/etag.ts';
import { keyText } from '../../model/key.ts';
import type { Tags } from '../../model/reading.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import { blobUrl } from '../blob/blob-client.ts';
import type { CopySource } from './copy-source.ts';
import { serviceCode, toWriteOutcome } from '../errors/storage-error.ts';
import type { CopyEngine, CopySetup } from './copy-engine.ts';
import { isProvenByMd5, proveCopy, refuseUnexpectedSuccess } from './judge-copy.ts';

/**
 * The backup account fetches the bytes of a block blob by itself, in one request. Content headers are copied
 * from the source. Where the source has an MD5, the service compares it with the bytes that arrived before it
 * makes the blob; where it has none, the copy gets the one that the service computed. An MD5 in the answer
 * that equals the source's proves the copy; otherwise one more request reads the length.
 */
export function createPutBlobFromUrl({ backup, source, copySources }: CopySetup): CopyEngine {
  const sides = { backup: backup.name, source: source.name };
  return async (request, budget) => {
    const { key, from = key } = request;
    const granted = await copySources.grant(from);
    const url = blobUrl(backup, key);
    let answer: PipelineResponse | undefined;
    const outcome = await toWriteOutcome(sides, async () => {
      try {
        answer = await refuseUnexpectedSuccess(backup.name, () =>
          backup.client.send({
            method: 'PUT',
            url,
            headers: toHeaders(request, granted),
            signal: budget.signal,
            expected: 201,
          }),
        );
      } catch (error) {
        if (serviceCode(error) !== 'Md5Mismatch') throw error;
        throw new BlobmirrorError(
          'content-mismatch',
          `the bytes of ${keyText(from)} on ${source.name} do not match its Content-MD5`,
        );
      }
    });
    const isProven = isProvenByMd5(request, answer?.headers.get('content-md5'));
    if (outcome.kind !== 'written' || isProven) return { ...outcome, engine: 'put-blob-from-url' };
    const etag = parseEtag(answer?.headers.get('etag'));
    return { ...(await proveCopy(backup, request, etag)), engine: 'put-blob-from-url' };
  };
}

/** learn.microsoft.com/rest/api/storageservices/put-blob-from-url */
function toHeaders(
  { source, metadata, condition, tier, tags }: CopyRequest,
  { url, sourceAuthorization }: CopySource,
): Record<string, string> {
  const headers: Record<string, string> = {
    'Content-Length': '0',
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-copy-source': url,
    'x-ms-source-if-match': etagHeader(source.etag),
  };
  if ('nothingThere' in condition) headers['If-None-Match'] = '*';
  else headers['If-Match'] = etagHeader(condition.ifMatch);
  if (sourceAuthorization !== undefined) {
    headers['x-ms-copy-source-authorization'] = `${sourceAuthorization.scheme} ${sourceAuthorization.value}`;
  }
  if (source.contentMd5 !== undefined) headers['x-ms-source-content-md5'] = source.contentMd5;
  if (tier !== undefined) headers['x-ms-access-tier'] = tier;
  // An account without tags refuses even an empty header.
  if (Object.keys(tags).length > 0) headers['x-ms-tags'] = toTagsHeader(tags);
  for (const [name, value] of Object.entries(metadata)) headers[`x-ms-meta-${name}`] = value;
  return headers;
}

function toTagsHeader(tags: Tags): string {
  return Object.entries(tags)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}
