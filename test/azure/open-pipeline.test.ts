import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAzureReader } from '../../src/azure/azure-reader.js';
import { connectAccount } from '../../src/azure/connect-account.js';
import { rejectionOf, startAnsweringService } from './support/answering-service.js';
import { startStoragePair, type StoragePair } from '../support/storage-pair.js';
import { KEY } from '../support/keys.js';

describe('an account with a cap', () => {
  let pair: StoragePair;
  beforeAll(async () => {
    pair = await startStoragePair();
    await pair.put('source', KEY, { content: 'v1' });
  });
  afterAll(async () => {
    await pair.stop();
  });

  it('asks before every request, pages of listings included, and sends none before its turn', async () => {
    let asked = 0;
    const sentTooEarly: number[] = [];
    const cap = async (): Promise<void> => {
      asked++;
      const sent = pair.requests.length;
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (pair.requests.length !== sent) sentTooEarly.push(asked);
    };
    const reader = createAzureReader(
      connectAccount({ connectionString: pair.connectionStrings.source }, { tries: 1, cap }),
    );
    pair.requests.length = 0;
    await reader.read(KEY);
    await reader.readContainer(KEY.container);
    const listed = await Array.fromAsync(reader.listBlobs(KEY.container));
    expect(listed.flat()).toHaveLength(1);
    expect(asked).toBe(3);
    expect(pair.requests).toHaveLength(3);
    expect(sentTooEarly).toEqual([]);
  });
});

describe('an account that does not answer', () => {
  it('is given up on by a read, as one that is not there', async () => {
    const service = await startAnsweringService((request) => request.resume());
    const { origin } = new URL(service.container.url);
    const connectionString = `BlobEndpoint=${origin}/sourceaccount;SharedAccessSignature=sig=x`;
    const reader = createAzureReader(connectAccount({ connectionString }, { tries: 1, answerWithinMs: 50 }));
    const errors = [
      await rejectionOf(reader.read(KEY)),
      await rejectionOf(Array.fromAsync(reader.listBlobs(KEY.container))),
    ];
    await service.stop();
    expect(errors).toMatchObject([{ code: 'storage-unavailable' }, { code: 'storage-unavailable' }]);
  });
});
