import { request } from 'node:http';

import { expect, it } from 'vitest';

import { startLake } from './start-lake.js';

it('answers requests that make no sense and goes on', async () => {
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
