import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAzureBlobReader } from '../../../src/azure/blob-reader.ts';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { rejectionOf, startAnsweringService } from '../support/answering-service.ts';
import { startStoragePair, type StoragePair } from '../../support/storage-pair.ts';
import { KEY } from '../../support/keys.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { startTelemetry } from '../../../src/telemetry/start-telemetry.ts';
import { parsePrometheus } from '../../telemetry/support/parse-prometheus.ts';

describe('an account with a cap', () => {
  let pair: StoragePair;
  beforeAll(async () => {
    pair = await startStoragePair();
    await pair.put('source', KEY, { content: 'v1' });
  });
  afterAll(async () => {
    await pair.stop();
  });

  it('takes a token before every request, pages of listings included, and sends none early', async () => {
    let asked = 0;
    const sentTooEarly: number[] = [];
    const cap = async (): Promise<void> => {
      asked++;
      const sent = pair.requests.length;
      // A request that was sent early would have arrived before this one.
      await pair.content('source', KEY);
      if (pair.requests.length !== sent) sentTooEarly.push(asked);
    };
    const reader = createAzureBlobReader(
      connectAccount({ connectionString: pair.connectionStrings.source }, { tries: 1, cap }),
    );
    pair.requests.length = 0;
    await reader.read(KEY);
    await reader.readContainer(KEY.container);
    const listed = await Array.fromAsync(reader.listBlobs(KEY.container));
    expect(listed.flatMap(({ entries }) => entries)).toHaveLength(1);
    expect(asked).toBe(3);
    expect(pair.requests).toHaveLength(3);
    expect(sentTooEarly).toEqual([]);
  });
});

describe('an account that does not answer', () => {
  it('makes a read time out, like an account that is unreachable', async () => {
    const service = await startAnsweringService((request) => request.resume());
    const { origin } = new URL(service.container.url);
    const connectionString = `BlobEndpoint=${origin}/sourceaccount;SharedAccessSignature=sig=x`;
    const reader = createAzureBlobReader(
      connectAccount({ connectionString }, { tries: 1, answerWithinMs: 50 }),
    );
    const errors = [
      await rejectionOf(reader.read(KEY)),
      await rejectionOf(Array.fromAsync(reader.listBlobs(KEY.container))),
    ];
    await service.stop();
    expect(errors).toMatchObject([{ code: 'storage-unavailable' }, { code: 'storage-unavailable' }]);
  });
});

describe('the requests of an account', () => {
  it('are counted by outcome', async () => {
    const statuses = [200, 404, 409, 412, 400, 403, 429, 503, 500, 502];
    const service = await startAnsweringService((request, response) => {
      request.resume();
      response.writeHead(statuses.shift() ?? 200, { etag: '"0x1"' }).end();
    });
    const telemetry = startTelemetry({ worker: 'w' }, createSilentLogger());
    const { origin } = new URL(service.container.url);
    const { client } = connectAccount({
      connectionString: `BlobEndpoint=${origin}/countedaccount;SharedAccessSignature=sig=x`,
      accountName: 'countedaccount',
    });
    const container = client.getContainerClient('photos');
    while (statuses.length > 0) await Promise.allSettled([container.getProperties()]);
    await service.stop();
    await Promise.allSettled([container.getProperties()]);

    const samples = parsePrometheus(await telemetry.readMetrics());
    const counted = samples.filter(({ name }) => name === 'blobmirror_requests_total');
    expect(counted.every(({ labels }) => labels['account'] === 'countedaccount')).toBe(true);
    expect(Object.fromEntries(counted.map(({ labels, value }) => [labels['outcome'], value]))).toEqual({
      ok: 1,
      absent: 1,
      conflict: 2,
      refused: 2,
      throttled: 2,
      failed: 2,
      unanswered: 1,
    });
    const throttles = samples.filter(({ name }) => name === 'blobmirror_throttles_total');
    expect(throttles).toMatchObject([{ labels: { account: 'countedaccount' }, value: 2 }]);
  });
});
