import { beforeAll, expect, test } from 'vitest';
import type { Health } from '../../src/api/status.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { WATCHED } from './support/blobmirror-process.ts';
import { type RunningEnvironment, startEnvironment } from './support/start-environment.ts';
import { untilMirrored } from './support/until-mirrored.ts';

const ROUNDS = 20;

let environment: RunningEnvironment;

beforeAll(async () => {
  environment = await startEnvironment([], { env: WATCHED });
  await environment.source.createContainer('photos');
});

test('a blob that is created, overwritten and deleted is mirrored each time', async () => {
  const blob = (round: number) =>
    environment.source.getContainerClient('photos').getBlockBlobClient(`cat ${round}.jpg`);
  const mirrored = async (round: number): Promise<void> =>
    await untilMirrored(environment, 'photos', `cat ${round}.jpg`);
  for (let round = 0; round < ROUNDS; round++) {
    await blob(round).upload(`first ${round}`, `first ${round}`.length);
    await mirrored(round);
    await blob(round).upload('second', 'second'.length, { metadata: { Round: String(round) } });
    await mirrored(round);
    if (round % 2 === 0) continue;
    await blob(round).delete();
    await mirrored(round);
  }
  expect(await expectEqualAccounts(environment)).toBe(ROUNDS / 2);
});

test('content headers and metadata are mirrored unchanged, the case of names included', async () => {
  const headers = {
    blobContentType: 'image/jpeg',
    blobContentEncoding: 'gzip',
    blobContentLanguage: 'de-CH',
    blobContentDisposition: 'attachment; filename="cat.jpg"',
    blobCacheControl: 'max-age=60',
  };
  const metadata = { Owner: 'Ada', camelCase: 'kept', lower_case: 'a=b;c d' };
  const options = { blobHTTPHeaders: headers, metadata };
  await environment.source
    .getContainerClient('photos')
    .getBlockBlobClient('with everything.jpg')
    .upload('bytes', 5, options);
  await untilMirrored(environment, 'photos', 'with everything.jpg');

  await expectEqualAccounts(environment);
  const copy = environment.backup.getContainerClient('photos').getBlobClient('with everything.jpg');
  expect(await copy.getProperties()).toMatchObject({
    contentType: 'image/jpeg',
    contentEncoding: 'gzip',
    contentLanguage: 'de-CH',
    contentDisposition: 'attachment; filename="cat.jpg"',
    cacheControl: 'max-age=60',
    metadata: { owner: 'Ada', camelcase: 'kept', lower_case: 'a=b;c d' },
  });
});

test('HTTP serves the health of the app', async () => {
  const answer = await fetch(`${environment.info.http.baseUrl}/api/health`);
  // It may have just started.
  const health = (await answer.json()) as Health;
  const problems = health.problems.filter(({ code }) => code !== 'app-starting');
  expect([answer.status, { ...health, problems }]).toEqual([200, { status: 'ok', problems: [] }]);
});
