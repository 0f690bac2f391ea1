import { readFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { newPipeline, AnonymousCredential, StorageSharedKeyCredential } from '@azure/storage-blob';
import { EXPECTED_VERSIONS, checkSdk, refuseOtherSdk } from '../../src/sdk-internals/check-sdk.ts';
import { findKeyDefect, findPipelineDefect, openPolicies } from '../../src/sdk-internals/storage-sdk.ts';

const readPackage = async (path: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(new URL(`../../${path}/package.json`, import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >;

describe('the check of the SDKs', () => {
  it('accepts the SDKs that are installed', () => {
    expect(() => checkSdk()).not.toThrow();
  });

  it.each(Object.entries(EXPECTED_VERSIONS))(
    'expects of %s the version that package.json names exactly and that is installed',
    async (name, version) => {
      const { dependencies } = await readPackage('.');
      expect(dependencies).toMatchObject({ [name]: version });
      expect(await readPackage(`node_modules/${name}`)).toMatchObject({ version });
    },
  );

  it.each(Object.keys(EXPECTED_VERSIONS))('refuses another version of %s, and names both', (name) => {
    const installed = { ...EXPECTED_VERSIONS, [name]: '99.0.0' };
    const { [name as keyof typeof EXPECTED_VERSIONS]: expected } = EXPECTED_VERSIONS;
    expect(() => refuseOtherSdk(installed, [])).toThrow(`${name} ${expected} exactly and found 99.0.0`);
  });

  it('refuses it at every call, and not only at the first', async () => {
    vi.resetModules();
    vi.doMock('@azure/storage-blob/package.json', () => ({ default: { version: '99.0.0' } }));
    const { checkSdk: check } = await import('../../src/sdk-internals/check-sdk.ts');
    for (let i = 0; i < 2; i++) expect(check).toThrow('found 99.0.0');
    vi.doUnmock('@azure/storage-blob/package.json');
    vi.resetModules();
  });

  it('refuses a package that is not there', () => {
    expect(() => refuseOtherSdk({}, [])).toThrow('found none');
  });

  it('refuses an SDK of another shape, and names what it lacks', () => {
    const defects = [['@azure/storage-blob', () => 'its pipeline has no redirectPolicy']] as const;
    expect(() => refuseOtherSdk(EXPECTED_VERSIONS, defects)).toThrow(
      '@azure/storage-blob 12.34.0 is not as blobmirror expects it: its pipeline has no redirectPolicy',
    );
  });

  it('reports policies that are to be removed and do not exist', () => {
    const pipeline = newPipeline(new AnonymousCredential());
    expect(findPipelineDefect(pipeline)).toBeUndefined();
    openPolicies(pipeline).removePolicy({ name: 'anything' });
    expect(findPipelineDefect(pipeline)).toBe(
      'its pipeline has no formDataPolicy, tracingPolicy, redirectPolicy',
    );
  });

  it('reports an account key that is stored elsewhere', () => {
    const credential = new StorageSharedKeyCredential('account', 'a2V5');
    Reflect.deleteProperty(credential, 'accountKey');
    expect(findKeyDefect(credential)).toContain('no accountKey of bytes');
  });
});
