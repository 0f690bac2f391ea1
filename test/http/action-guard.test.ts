import { describe, expect, it } from 'vitest';
import { createActionGuard } from '../../src/http/action-guard.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const ORIGIN = 'https://mirror.example';
const TOKEN = 'x-blobmirror-token';

async function bench() {
  const documents = new MemoryDocuments();
  const guard = createActionGuard(documents.through(immediately), createSilentLogger());
  const request = (headers: Record<string, string>) => ({
    url: `${ORIGIN}/api/pause`,
    headers: new Headers(headers),
    body: null,
  });
  const session = async (headers: Record<string, string> = {}) => {
    const { status, body } = await guard.session(request(headers));
    return { status, token: (JSON.parse(String(body)) as { token?: string }).token ?? '' };
  };
  const act = async (headers: Record<string, string>) => {
    let acted = 0;
    const { status } = await guard.protect(request(headers), async () => {
      acted++;
      return await Promise.resolve({ status: 200 });
    });
    expect(acted).toBe(status === 200 ? 1 : 0);
    return status;
  };
  return { act, session, token: (await session()).token };
}

describe('an action', () => {
  it.each<[string, Record<string, string>, number]>([
    ['of a script, which sends neither header', {}, 200],
    ['of the page', { origin: ORIGIN, 'sec-fetch-site': 'same-origin', [TOKEN]: 'TOKEN' }, 200],
    ['of the page behind a proxy that ends TLS', { origin: 'http://mirror.example', [TOKEN]: 'TOKEN' }, 200],
    ['of the page without a token', { origin: ORIGIN, 'sec-fetch-site': 'same-origin' }, 403],
    ['of the page with a token of nobody', { origin: ORIGIN, [TOKEN]: `mk0000000.${'A'.repeat(43)}` }, 403],
    ['of another origin', { origin: 'https://evil.example', [TOKEN]: 'TOKEN' }, 403],
    ['of another port', { origin: `${ORIGIN}:8443`, [TOKEN]: 'TOKEN' }, 403],
    ['of another host of the site', { 'sec-fetch-site': 'same-site', [TOKEN]: 'TOKEN' }, 403],
    ['of another site that sends no origin', { 'sec-fetch-site': 'cross-site', [TOKEN]: 'TOKEN' }, 403],
    ['of a page without an origin of its own', { origin: 'null', [TOKEN]: 'TOKEN' }, 403],
    ['of a browser that sends no origin, without a token', { 'sec-fetch-site': 'same-origin' }, 403],
  ])('%s', async (_, headers, status) => {
    const { act, token } = await bench();
    const sent = Object.entries(headers).map(([name, value]) => [name, value === 'TOKEN' ? token : value]);
    expect(await act(Object.fromEntries(sent) as Record<string, string>)).toBe(status);
  });
});

describe('a token', () => {
  it.each<[string, Record<string, string>, number]>([
    ['the page', { 'sec-fetch-site': 'same-origin' }, 200],
    ['a script', {}, 200],
    ['a page of another origin', { origin: 'https://evil.example' }, 403],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('for %s', async (_, headers, status) => {
    const { session } = await bench();
    const given = await session(headers);
    expect(given.status).toBe(status);
    expect(given.token === '').toBe(status !== 200);
  });
});
