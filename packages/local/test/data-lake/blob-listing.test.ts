import { describe, expect, it } from 'vitest';

import { type Lake, startLake } from '../support/start-lake.ts';

/** Calls the Blob API without an SDK, which cannot ask for all of this. */
async function openToAll(lake: Lake) {
  await lake.source.setAccessPolicy('container');
  const ask = async (path: string, options: { method?: string; version?: string } = {}) => {
    const { method = 'GET', version = '2026-06-06' } = options;
    return fetch(`${lake.source.url}${path}`, { method, headers: { 'x-ms-version': version } });
  };
  const list = async (query: string) => (await ask(`?restype=container&comp=list&${query}`)).text();
  return { ask, list };
}

const names = (xml: string) => [...xml.matchAll(/<Name>([^<]*)/g)].map(([, name]) => name);

describe('the blobs of a hierarchical account', () => {
  it('are listed with owner, group, permissions and access control list on request', async () => {
    const lake = await startLake();
    const { list } = await openToAll(lake);
    await lake.files.getDirectoryClient('d').create({ owner: 'ann', group: 'staff' });
    await lake.write('d/f');
    expect(await list('include=metadata')).not.toMatch(/<Owner>|<Group>|<Permissions>|<Acl>/);
    const [d = '', f = ''] = (await list('include=metadata,permissions')).split('<Blob>').slice(1);
    expect(d).toContain('<hdi_isfolder>true</hdi_isfolder>');
    expect(/<Properties>.*<Owner>.*<\/Properties>/.test(d)).toBe(true);
    for (const each of [
      '<ResourceType>directory',
      '<Owner>ann<',
      '<Group>staff<',
      '<Permissions>rwxr-x---<',
      '<Acl>user::rwx,group::r-x,other::---<',
    ])
      expect(d).toContain(each);
    expect(f).toContain('<Owner>$superuser<');
    expect(f).toContain('<Group>staff<');
    expect(f).toContain('<Permissions>rw-r-----<');
  });

  it('are listed without the files or without the directories on request', async () => {
    const lake = await startLake();
    const { list } = await openToAll(lake);
    for (const name of ['a/b/f', 'a/g', 'h']) await lake.write(name);
    expect(names(await list('showonly=directories'))).toEqual(['a', 'a/b']);
    expect(names(await list('showonly=files'))).toEqual(['a/b/f', 'a/g', 'h']);
    expect(names(await list('showonly=directories&delimiter=/&prefix=a/'))).toEqual(['a/b/']);
    expect(names(await list('showonly=files&delimiter=/'))).toEqual(['h']);
    const first = await list('showonly=directories&maxresults=2');
    expect(names(first)).toEqual(['a', 'a/b']);
    expect(first).toMatch(/<NextMarker *\/>|<NextMarker><\/NextMarker>/);
  });

  it('are listed after an opaque marker, and not after an invented one', async () => {
    const lake = await startLake();
    const { ask, list } = await openToAll(lake);
    for (const name of ['a/b', 'ü', 'z']) await lake.write(name);
    const [, marker = ''] = /<NextMarker>(.*)<\/NextMarker>/.exec(await list('maxresults=2')) ?? [];
    expect(marker).toMatch(/^[\w-]+$/);
    expect(names(await list(`marker=${marker}`))).toEqual(['z', 'ü']);
    const invented = await ask('?restype=container&comp=list&marker=a/b');
    const code = invented.headers.get('x-ms-error-code');
    expect([invented.status, code]).toEqual([400, 'InvalidQueryParameterValue']);
  });

  it('are not listed for a prefix that has a file as a directory', async () => {
    const lake = await startLake();
    const { ask, list } = await openToAll(lake);
    await lake.write('d/f');
    const through = await ask('?restype=container&comp=list&prefix=d/f/g');
    expect([through.status, through.headers.get('x-ms-error-code')]).toEqual([409, 'ResourceTypeMismatch']);
    expect(names(await list('prefix=d/f'))).toEqual(['d/f']);
    expect(names(await list('prefix=d/none/g'))).toEqual([]);
  });

  it('carry their access control in headers, with the list from the service version that has it', async () => {
    const lake = await startLake();
    const { ask } = await openToAll(lake);
    await lake.write('d/f');
    const headersOf = async (path: string, version?: string) => {
      const { headers } = await ask(path, { method: 'HEAD', ...(version !== undefined && { version }) });
      const facts = ['resource-type', 'owner', 'group', 'permissions', 'acl'];
      return facts.map((name) => headers.get(`x-ms-${name}`));
    };
    const file = ['file', '$superuser', '$superuser', 'rw-r-----', 'user::rw-,group::r--,other::---'];
    expect(await headersOf('/d/f')).toEqual(file);
    expect(await headersOf('/d/f', '2023-08-03')).toEqual([...file.slice(0, 4), null]);
    expect((await headersOf('/d'))[0]).toBe('directory');
  });
});
