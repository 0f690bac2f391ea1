import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { createPage } from '../../src/http/page.ts';
import { temporaryDirectory } from '../e2e/support/temporary-directory.ts';

const MAX_SCRIPT_BYTES = 150_000;

const plain = { headers: new Headers() };
const zipped = { headers: new Headers({ 'accept-encoding': 'gzip, br' }) };
const page = createPage();

async function assets(): Promise<string[]> {
  const { body } = await page.document(plain);
  return [...String(body).matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map(([, name = '']) => name);
}

it('the document is not cached, and its policy allows nothing inline and nothing of another origin', async () => {
  const { status, headers, body } = await page.document(plain);
  expect([status, headers['cache-control']]).toEqual([200, 'no-cache']);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  const policy = headers['content-security-policy'] ?? '';
  expect(policy.split('; ').toSorted()).toEqual([
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "require-trusted-types-for 'script'",
    "script-src 'self'",
    "style-src 'self'",
    "trusted-types 'none'",
  ]);
  // No other page may open it, embed it, or hear where it was.
  expect(headers).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  });
  expect(policy).not.toMatch(/unsafe|http|\*/);
  expect(String(body)).not.toMatch(/<script(?![^>]*src=)|<style|style=|https?:\/\/(?!www\.w3\.org)/);
});

it('the assets that it names exist and are cached for ever', async () => {
  const names = await assets();
  expect(names.map((name) => name.replace(/^.*\./, '')).toSorted()).toEqual(['css', 'js']);
  for (const name of names) {
    const { status, headers } = await page.asset(plain, name);
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(name).toMatch(/-[\w-]{8}\./);
  }
});

it('a client that accepts gzip gets it, with the same content', async () => {
  for (const name of await assets()) {
    const { headers, body } = await page.asset(zipped, name);
    expect([headers['content-encoding'], headers['vary']]).toEqual(['gzip', 'accept-encoding']);
    expect(gunzipSync(body as Uint8Array)).toEqual((await page.asset(plain, name)).body);
  }
});

it('all script together is less than 150 kB compressed', async () => {
  const scripts = (await assets()).filter((name) => name.endsWith('.js'));
  const sizes = await Promise.all(scripts.map(async (name) => (await page.asset(zipped, name)).body.length));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(1000);
  expect(total).toBeLessThan(MAX_SCRIPT_BYTES);
});

it.each([undefined, '', 'none.js', '../index.html', '..'])('there is no asset %s', async (name) => {
  expect(await page.asset(plain, name)).toMatchObject({ status: 404 });
});

it('says how to build the page when it is not built', async () => {
  const empty = await temporaryDirectory();
  const { status, body } = await createPage(pathToFileURL(`${empty}/`)).document(plain);
  expect([status, body]).toEqual([503, 'The page is not built. Run: npm run build\n']);
});
