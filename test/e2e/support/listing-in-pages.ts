import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createAccountSas, type LocalAccount } from '@blobmirror/local';
import type { Intercept } from './start-proxy.ts';

/**
 * A page of a listing: how many pages of this container came before it since the last first page, and its
 * whole answer.
 */
export interface ServedPage {
  readonly container: string;
  readonly number: number;
  readonly xml: string;
}

/** Returns the body to answer with status 200; undefined: it has answered by itself. */
export type OnPage = (page: ServedPage, response: ServerResponse) => string | undefined;

/**
 * Serves the listings of an account's containers in pages of a few entries, so that a listing can fail in the
 * middle. A proxy cannot change a signed request, so it sends its own with a SAS.
 */
export function listingInPages(account: LocalAccount, size: number, onPage: OnPage): Intercept {
  const { origin } = new URL(account.blobEndpoint);
  const sas = createAccountSas(account);
  const numbers = new Map<string, number>();

  async function answer(url: URL, response: ServerResponse): Promise<void> {
    const container = url.pathname.split('/').at(-1) ?? '';
    const number = url.searchParams.has('marker') ? (numbers.get(container) ?? 0) + 1 : 0;
    numbers.set(container, number);
    const most = Math.min(size, Number(url.searchParams.get('maxresults')));
    url.searchParams.set('maxresults', String(most));
    const page = await ask(`${url.href}&${sas}`);
    // Headers of every answer of the service.
    response.setHeader('x-ms-request-id', page.headers['x-ms-request-id'] ?? '');
    const xml = onPage({ container, number, xml: await text(page) }, response);
    if (xml === undefined) return;
    response.writeHead(page.statusCode ?? 502, { 'content-type': 'application/xml' }).end(xml);
  }

  return (request, response) => {
    const url = listingUrl(request, origin);
    if (url === undefined) return false;
    answer(url, response).catch((error: unknown) => response.destroy(error as Error));
    return true;
  };
}

/** On a connection of its own: a kept one may be closed just as it is used again. */
async function ask(url: string): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    get(url, { agent: false }, resolve).on('error', reject);
  });
}

function listingUrl({ method, url = '' }: IncomingMessage, origin: string): URL | undefined {
  const asked = new URL(url, origin);
  const isListing =
    asked.searchParams.get('comp') === 'list' && asked.pathname.split('/').filter(Boolean).length === 2;
  return method === 'GET' && isListing ? asked : undefined;
}
