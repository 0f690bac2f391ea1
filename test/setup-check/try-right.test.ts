import { expect, it } from 'vitest';
import { type RequiredRight, tryRight } from '../../src/setup-check/try-right.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';

const WANTED: RequiredRight = { check: 'backup-write', right: 'write', able: 'blobs can be written' };

async function attempt(by: 'key' | 'sas' | 'identity', service: string, wanted: Partial<RequiredRight> = {}) {
  const probe = { account: 'backupaccount', by };
  return await tryRight(probe, { ...WANTED, ...wanted }, async () => {
    await Promise.resolve();
    throw new BlobmirrorError('storage-forbidden', `a write on backupaccount failed: 403 ${service}`, {
      context: { account: 'backupaccount', operation: 'write', status: 403, service },
    });
  });
}

it.each([
  ['read', 'Storage Blob Data Reader'],
  ['write', 'Storage Blob Data Contributor'],
  ['write-tags', 'Storage Blob Data Owner'],
  ['own', 'Storage Blob Data Owner'],
] as const)(
  'an identity without the right to %s gets the role %s and the command that assigns it',
  async (right, role) => {
    const finding = await attempt('identity', 'AuthorizationPermissionMismatch', { right });
    expect(finding.status).toBe('problem');
    expect(finding.detail).toContain(`the identity lacks the role "${role}"`);
    expect(finding.fix).toMatch(
      new RegExp(`^az role assignment create --role "${role}" .*--name backupaccount --query id`),
    );
  },
);

it('a missing right that is only a warning comes with its consequence', async () => {
  const lacking = { status: 'warning', detail: 'all else is mirrored' } as const;
  expect(await attempt('identity', 'AuthorizationPermissionMismatch', { lacking })).toMatchObject({
    status: 'warning',
    detail: expect.stringMatching(/; all else is mirrored$/) as string,
  });
});

it('a wrong key is a problem, also where the right alone would be a warning', async () => {
  const lacking = { status: 'warning', detail: 'all else is mirrored' } as const;
  expect(await attempt('key', 'AuthenticationFailed', { lacking })).toMatchObject({ status: 'problem' });
});

it.each([
  ['read', 'rl'],
  ['read-tags', 'rlt'],
  ['write', 'rwdlac'],
  ['write-tags', 'rwdlact'],
] as const)(
  'the SAS that is proposed for the right to %s has the permissions %s',
  async (right, permissions) => {
    const { fix } = await attempt('sas', 'AuthorizationPermissionMismatch', { right });
    expect(fix).toMatch(
      new RegExp(`--account-name backupaccount .*--resource-types sco --permissions ${permissions} `),
    );
  },
);

it.each([
  ['key', 'AuthenticationFailed', /^the account key is wrong/, 'show-connection-string'],
  ['sas', 'AuthenticationFailed', /^the SAS is wrong/, 'generate-sas'],
  ['sas', 'AuthorizationPermissionMismatch', /^the SAS does not permit it/, '--permissions rwdlac '],
  ['key', 'AuthorizationFailure', /firewall/, 'az storage account show'],
] as const)('with a %s, %s gets its own explanation', async (by, service, detail, fix) => {
  const finding = await attempt(by, service);
  expect(finding).toMatchObject({ check: 'backup-write', of: 'backupaccount', status: 'problem' });
  expect(finding.detail).toMatch(detail);
  expect(finding.fix).toContain(fix);
});
