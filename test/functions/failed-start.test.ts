import { afterAll, expect, it, vi } from 'vitest';
import { SETTINGS } from './support/start-app.ts';

const made = vi.hoisted(() => ({ apps: 0, pages: 0 }));

vi.mock('../../src/wiring/create-app.ts', () => ({
  createApp: () => {
    if (++made.apps === 1) throw new Error('a credential is not there yet');
    return {};
  },
}));
vi.mock('../../src/http/page.ts', () => ({
  createPage: () => {
    if (++made.pages === 1) throw new Error('a file could not be loaded');
    return { document: async () => await Promise.resolve({ status: 200 }) };
  },
}));

afterAll(() => vi.unstubAllEnvs());

it('an app that could not be made is made anew at the next call, and then kept', async () => {
  for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value);
  const { theApp } = await import('../../src/wiring/the-app.ts');
  await expect(theApp()).rejects.toThrow('a credential is not there yet');
  expect(await theApp()).toBe(await theApp());
  expect(made.apps).toBe(2);
});

it('handlers that could not be made answer with the failure, and are made anew at the next call', async () => {
  for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value);
  const { page } = await import('../../src/functions/support/the-handlers.ts');
  const request = { headers: new Headers() };
  expect(await page.document(request)).toMatchObject({ status: 500 });
  expect(await page.document(request)).toEqual({ status: 200 });
});
