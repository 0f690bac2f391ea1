import { expect, test } from 'vitest';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { startEnvironment } from './support/start-environment.ts';
import { untilMirrored } from './support/until-mirrored.ts';

interface Found {
  readonly check: string;
  readonly status: string;
}

test('check finds no problem in the running environment, events included, and says so in both formats', async () => {
  const environment = await startEnvironment();
  const { source, readyFile } = environment;
  await source.createContainer('photos');
  await source.getContainerClient('photos').getBlockBlobClient('a').upload('a', 1);
  await untilMirrored(environment, 'photos', 'a');

  const json = await runBlobmirror(['check', `--local=${readyFile}`, '-o', 'json']);
  expect(json.status, json.stderr).toBe(0);
  const findings = JSON.parse(json.stdout) as Found[];
  expect(findings.filter(({ status }) => status === 'problem')).toEqual([]);
  expect(findings.find(({ check }) => check === 'source-read')).toMatchObject({ status: 'ok' });

  const table = await runBlobmirror(['check', `--local=${readyFile}`]);
  expect(table.status).toBe(0);
  expect(table.stdout).toMatch(/^STATUS +CHECK +OF +FOUND\n/);
  expect(table.stdout).toMatch(/\n# backup-soft-delete\naz storage account blob-service-properties update /);
  expect(table.stderr).toMatch(/^\d+ checks: 0 problems, 1 warning/m);

  const wrong = await runBlobmirror(['check', `--local=${readyFile}`, '-o', 'json'], {
    env: { BLOBMIRROR_NAMESPACE: 'hierarchical' },
  });
  expect(wrong.status).toBe(6);
  expect((JSON.parse(wrong.stdout) as Found[]).find(({ check }) => check === 'kinds')).toMatchObject({
    status: 'problem',
  });
});
