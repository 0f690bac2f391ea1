import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/events/parse-message.ts';
import { SCHEMAS, subjectOf } from './samples.ts';

const URL = 'https://myaccount.blob.core.windows.net/photos/a';
const CREATED = 'Microsoft.Storage.BlobCreated';

describe.each(SCHEMAS)('what an event in %s says of changes to come without one', (_schema, toEvent) => {
  it.each([
    [CREATED, 'PutBlob', 'BlockBlob', 'none'],
    [CREATED, 'PutBlockList', 'BlockBlob', 'none'],
    [CREATED, 'CopyBlob', 'BlockBlob', 'closed'],
    [CREATED, 'CopyBlob', 'AppendBlob', 'open'],
    [CREATED, 'PutBlob', 'AppendBlob', 'open'],
    [CREATED, 'PutBlob', 'PageBlob', 'open'],
    [CREATED, 'CreateFile', 'BlockBlob', 'open'],
    [CREATED, 'FlushWithClose', 'BlockBlob', 'closed'],
    [CREATED, 'SftpCreate', 'BlockBlob', 'open'],
    [CREATED, 'SftpCommit', 'BlockBlob', 'closed'],
    [CREATED, undefined, undefined, 'none'],
    ['Microsoft.Storage.BlobDeleted', 'DeleteBlob', 'PageBlob', 'none'],
    ['Microsoft.Storage.BlobTierChanged', 'SetBlobTier', 'PageBlob', 'none'],
  ])('%s by %s, a %s: %s', (type, api, blobType, expected) => {
    const data = { api, blobType, url: URL };
    const { hints } = parseMessage(toEvent({ type, subject: subjectOf('photos', 'a'), data }), new Date());
    expect(hints.map(({ silentChanges }) => silentChanges)).toEqual([expected]);
  });
});
