import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { contentOf, listed, startWith } from './support.ts';

/** What the first release of the database had not. */
const WITHOUT_HISTORY = `
  DROP INDEX former_times; DROP INDEX expiring_blobs; DROP INDEX versions_written; DROP INDEX container_roots;
  DROP TABLE deleted_containers;
  ALTER TABLE blobs DROP COLUMN expires_at;
  PRAGMA user_version = 1;
`;

it('opens a data directory that is older than versions and soft delete, with all that is in it', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'former-schema-'));
  onTestFinished(async () => await rm(dataDirectory, { recursive: true }));
  const before = await startWith({}, { dataDirectory });
  await before.source.getBlockBlobClient('a').upload('one', 3, { metadata: { a: 'b' } });
  await before.source.getBlockBlobClient('a').createSnapshot();
  await before.storage.stop();
  const database = new DatabaseSync(join(dataDirectory, 'blobs.db'));
  database.exec(WITHOUT_HISTORY);
  database.close();

  const { source } = await startWith({ versioning: true, blobRetentionDays: 7 }, { dataDirectory });
  const blob = source.getBlockBlobClient('a');
  const { metadata, createdOn, versionId } = await blob.getProperties();
  expect([metadata, versionId]).toEqual([{ a: 'b' }, undefined]);
  await blob.upload('two', 3);
  // A blob that is older than the versioning becomes a version with the time of its creation.
  const [former, current] = (await listed(source, { includeVersions: true })).filter(
    (each) => each.versionId,
  );
  expect(former?.versionId?.slice(0, 19)).toBe(createdOn?.toISOString().slice(0, 19));
  expect(current?.isCurrentVersion).toBe(true);
  expect(await contentOf(blob.withVersion(former?.versionId ?? ''))).toBe('one');
  expect(await listed(source, { includeSnapshots: true })).toHaveLength(2);
});
