/**
 * What the client processes do. Blobs are numbered; the names of the listing server (`listing-pages.ts`) give a hundred
 * of them a directory, two directories deep.
 */
import type { LocalAccount } from '@blobmirror/local/connections';
import { nameOf } from '../listing-pages.ts';
import type { Call, Send } from './client.ts';

export const CONTAINER = 'bench';
export const PAGE_ENTRIES = 5000;

/** From 64 bytes to 1 KiB, the same for the same blob and round. */
function contentOf(number: number, round = 0): Buffer {
  return Buffer.alloc(64 + ((number * 7919 + round) % 961), `${number}/${round} `);
}

const pathOf = (number: number): string => `/${CONTAINER}/${nameOf(number)}`;

export interface Requests {
  readonly do: 'requests';
  readonly method: Call['method'];
  readonly from: number;
  readonly count: number;
  readonly atOnce: number;
  readonly round?: number;
}

/** Sends one request for each blob, and resolves to the seconds. @throws Error for an answer that is no success */
export async function sendRequests(
  send: Send,
  { method, from, count, atOnce, round }: Requests,
): Promise<number> {
  let next = from;
  const started = performance.now();
  const lane = async (): Promise<void> => {
    while (next < from + count) {
      const number = next++;
      const { status, body } = await send(callOf(method, number, round));
      if (status >= 300) throw new Error(`${method} ${nameOf(number)}: ${status} ${body.toString()}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return (performance.now() - started) / 1000;
}

function callOf(method: Call['method'], number: number, round = 0): Call {
  const path = pathOf(number);
  if (method !== 'PUT') return { method, path };
  return { method, path, headers: { 'x-ms-blob-type': 'BlockBlob' }, body: contentOf(number, round) };
}

export interface ListJob {
  readonly do: 'list';
  readonly query: string;
}

export interface Listed {
  readonly seconds: number;
  readonly pageMs: readonly number[];
  readonly entries: number;
  readonly status: number;
}

/** Lists to the end by either API. Bodies are read and not parsed; counting their entries is outside of the time. */
export async function list(send: Send, { query }: ListJob): Promise<Listed> {
  const isLake = query.includes('resource=filesystem');
  const pageMs: number[] = [];
  let entries = 0;
  let marker = '';
  for (;;) {
    const started = performance.now();
    const from = marker === '' ? '' : `&${isLake ? 'continuation' : 'marker'}=${encodeURIComponent(marker)}`;
    const { status, headers, body } = await send({ method: 'GET', path: `/${CONTAINER}?${query}${from}` });
    pageMs.push(performance.now() - started);
    const text = body.toString();
    entries += text.split(isLake ? '"name":' : /<Blob>|<BlobPrefix>/).length - 1;
    marker = isLake
      ? String(headers['x-ms-continuation'] ?? '')
      : (/<NextMarker>([^<]*)<\/NextMarker>/.exec(text.slice(-2000))?.[1] ?? '');
    if (status !== 200 || marker === '')
      return { seconds: pageMs.reduce((sum, ms) => sum + ms, 0) / 1000, pageMs, entries, status };
  }
}

/** As an application lists: by the SDK, which parses each page. */
export async function listBySdk({ connectionString }: LocalAccount): Promise<Listed> {
  // Loaded here, since the other jobs do without.
  const { BlobServiceClient } = await import('@azure/storage-blob');
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(CONTAINER);
  const pageMs: number[] = [];
  let entries = 0;
  let started = performance.now();
  for await (const page of container.listBlobsFlat().byPage({ maxPageSize: PAGE_ENTRIES })) {
    pageMs.push(performance.now() - started);
    entries += page.segment.blobItems.length;
    started = performance.now();
  }
  return { seconds: pageMs.reduce((sum, ms) => sum + ms, 0) / 1000, pageMs, entries, status: 200 };
}

export interface UntilKilled {
  readonly do: 'until-killed';
  readonly from: number;
  readonly atOnce: number;
  /** Number of acknowledged writes after which `onEnough` is called. */
  readonly enough: number;
}

/** Writes blobs until the server is gone. Resolves to the numbers of those that it acknowledged. */
export async function writeUntilKilled(
  send: Send,
  { from, atOnce, enough }: UntilKilled,
  onEnough: () => void,
): Promise<readonly number[]> {
  const acknowledged: number[] = [];
  let next = from;
  const lane = async (): Promise<void> => {
    for (;;) {
      const number = next++;
      const answer = await send(callOf('PUT', number)).catch(() => undefined);
      if (answer === undefined) return;
      if (answer.status !== 201) throw new Error(`a write under load: ${answer.status}`);
      if (acknowledged.push(number) === enough) onEnough();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return acknowledged;
}

export interface Verify {
  readonly do: 'verify';
  readonly numbers: readonly number[];
}

/** How many of these blobs are not there with the content that was acknowledged. */
export async function countLost(send: Send, { numbers }: Verify): Promise<number> {
  let lost = 0;
  for (const number of numbers) {
    const { status, body } = await send({ method: 'GET', path: pathOf(number) });
    if (status !== 200 || !body.equals(contentOf(number))) lost++;
  }
  return lost;
}
