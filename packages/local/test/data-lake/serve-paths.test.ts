import { request } from 'node:http';

import { expect, it } from 'vitest';

import { sasUrl } from '../support/two-accounts.ts';
import { startLake } from '../support/start-lake.ts';

it('sends the date in every answer of both APIs, including refusals', async () => {
  const { storage, write, source } = await startLake();
  await write('f');
  const ask = async (path: string, method = 'GET') =>
    fetch(`http://127.0.0.1:${storage.port}/${path}`, { method, headers: { 'x-ms-version': '2026-06-06' } });
  await source.setAccessPolicy('container');
  const answers = await Promise.all([
    ask('sourceaccount/docs/f'),
    ask('sourceaccount/docs/f', 'HEAD'),
    ask('sourceaccount/docs/none'),
    ask('sourceaccount/docs?restype=container&comp=list'),
    ask('sourceaccount/docs?resource=filesystem'),
    ask('sourceaccount/docs/f?resource=file', 'PUT'),
    ask('sourceaccount/docs/f?recursive=true', 'DELETE'),
    ask('sourceaccount/docs/%zz?resource=file', 'PUT'),
    ask('nobody'),
  ]);
  const told = answers.map(({ headers }) => Date.parse(headers.get('date') ?? ''));
  for (const time of told) expect(Math.abs(Date.now() - time)).toBeLessThan(3_600_000);
});

it('treats a delete without a query as a Data Lake request when the client accepts JSON', async () => {
  const { write, paths, source, mutations } = await startLake();
  for (const name of ['a', 'b']) await write(name);
  const remove = async (name: string, accept: string) => {
    const url = await sasUrl(source.getBlobClient(name), 'd');
    return (await fetch(url, { method: 'DELETE', headers: { accept, 'x-ms-version': '2021-08-06' } })).status;
  };
  expect(await remove('a', 'application/json')).toBe(200);
  expect(await remove('b', 'application/xml')).toBe(202);
  expect(mutations.map(({ api }) => api).slice(-2)).toEqual(['DeleteFile', 'DeleteBlob']);
  expect(await paths()).toEqual([]);
});

it('answers invalid requests and keeps running', async () => {
  const { storage, write, paths } = await startLake();
  const ask = async (path: string, method: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: storage.port, path, method };
      request(options, (response) => response.resume().once('end', () => resolve(response.statusCode)))
        .once('error', reject)
        .end();
    });
  expect(await ask('//', 'GET')).toBe(400);
  expect(await ask('//?resource=filesystem', 'GET')).toBeGreaterThanOrEqual(400);
  expect(await ask('/sourceaccount/docs/%zz?resource=file', 'PUT')).toBe(400);
  expect(await ask('/sourceaccount/docs/f?resource=file', 'PUT')).toBe(403);
  expect(await ask('/nobody/docs/f?resource=file', 'PUT')).toBeGreaterThanOrEqual(400);
  await write('f');
  expect(await paths()).toEqual(['f']);
});
