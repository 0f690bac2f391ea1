import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAzureDirectoryStore } from '../../../src/azure/lake/directories.ts';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import type { Access } from '../../../src/model/access.ts';
import { parseKey } from '../../../src/model/key.ts';
import type { DirectoryStore } from '../../../src/ports/directory-store.ts';
import { type LakePair, startLakePair } from '../../support/lake-pair.ts';
import { startWire, type Wire, type WireAnswer, type WireRequest } from '../support/start-wire.ts';

const ACCESS: Access = {
  owner: 'alice',
  group: 'staff',
  permissions: 'rwxr-x---',
  acl: 'user::rwx,group::r-x,other::---',
};
const KEY = parseKey('lake', 'd');
const NOT_PERMITTED = { kind: 'written', access: 'not-permitted' };
const setsAccess = ({ headers }: WireRequest): boolean => headers['x-ms-acl'] !== undefined;
const refusal = (code: string): WireAnswer => ({ status: 403, headers: { 'x-ms-error-code': code } });

describe('a mirror that may write but not set access', () => {
  let pair: LakePair;
  let wire: Wire;
  let now: number;
  let directories: DirectoryStore;
  beforeEach(async () => {
    pair = await startLakePair();
    await pair.addContainer('backup', KEY.container);
    const port = /:(\d+)\//.exec(pair.connectionStrings.backup)?.[1] ?? '';
    wire = await startWire(Number(port));
    const connectionString = pair.connectionStrings.backup.replace(`:${port}/`, `:${wire.port}/`);
    now = 0;
    directories = createAzureDirectoryStore(connectAccount({ connectionString }), () => now);
  });
  afterEach(async () => {
    await wire.stop();
    await pair.stop();
  });

  it.each(['AuthorizationPermissionMismatch', 'InsufficientAccountPermissions'])(
    'makes directories without it after %s, and does not try again for ten minutes',
    async (code) => {
      wire.intercept = (request) => (setsAccess(request) ? refusal(code) : undefined);
      const request = { key: KEY, metadata: { Aa: 'b' }, access: ACCESS };
      expect(await directories.createDirectory(request)).toEqual(NOT_PERMITTED);
      expect(await pair.backup.read(KEY)).toMatchObject({ kind: 'directory', metadata: { Aa: 'b' } });
      expect(wire.requests.filter(setsAccess)).toHaveLength(1);

      expect(await directories.setAccess(KEY, ACCESS)).toEqual(NOT_PERMITTED);
      now = 599_999;
      const other = { ...request, key: parseKey('lake', 'e') };
      expect(await directories.createDirectory(other)).toEqual(NOT_PERMITTED);
      expect(wire.requests).toHaveLength(3);

      wire.intercept = () => undefined;
      now = 600_000;
      expect(await directories.setAccess(KEY, ACCESS)).toEqual({ kind: 'written', access: 'set' });
    },
  );

  it('makes a directory without access in the usual way', async () => {
    wire.intercept = (request) =>
      setsAccess(request) ? refusal('AuthorizationPermissionMismatch') : undefined;
    await directories.setAccess(KEY, ACCESS);
    const request = { key: KEY, metadata: {}, access: undefined };
    expect(await directories.createDirectory(request)).toEqual({ kind: 'written', access: 'set' });
  });

  it('fails when it may not write at all', async () => {
    wire.intercept = () => refusal('AuthorizationPermissionMismatch');
    const request = { key: KEY, metadata: {}, access: ACCESS };
    await expect(directories.createDirectory(request)).rejects.toMatchObject({ code: 'storage-forbidden' });
  });

  it('fails after a 403 that is not about rights', async () => {
    wire.intercept = () => refusal('AuthorizationFailure');
    await expect(directories.setAccess(KEY, ACCESS)).rejects.toMatchObject({ code: 'storage-forbidden' });
  });
});

describe('an access with the sticky bit', () => {
  it('takes a second request, since no ACL can hold it', async () => {
    const pair = await startLakePair();
    await pair.addContainer('backup', KEY.container);
    await pair.makeDirectory('backup', KEY);
    const port = /:(\d+)\//.exec(pair.connectionStrings.backup)?.[1] ?? '';
    const wire = await startWire(Number(port));
    const connectionString = pair.connectionStrings.backup.replace(`:${port}/`, `:${wire.port}/`);
    // The embedded storage does not support the sticky bit.
    wire.intercept = ({ headers }) =>
      headers['x-ms-permissions'] === undefined ? undefined : { status: 200, headers: { etag: '"0x1"' } };
    const directories = createAzureDirectoryStore(connectAccount({ connectionString }));
    for (const permissions of ['rwxr-x--t', 'rwxr-x--T'])
      expect(await directories.setAccess(KEY, { ...ACCESS, permissions })).toMatchObject({ access: 'set' });
    expect(wire.requests.map(({ headers }) => headers['x-ms-permissions'] ?? headers['x-ms-acl'])).toEqual([
      ACCESS.acl,
      'rwxr-x--t',
      ACCESS.acl,
      'rwxr-x--T',
    ]);
    await wire.stop();
    await pair.stop();
  });
});
