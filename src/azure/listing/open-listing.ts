import { addAbortSignal, type Readable } from 'node:stream';
import { ContainerClient, type RequestPolicyFactory } from '@azure/storage-blob';
import type { ContainerName } from '../../model/key.js';
import type { Account } from '../connect-account.js';
import { type Listing, toQuery } from './listing.js';
import { PageBody } from './page-body.js';

/** Asks for a page and resolves to the answer. One at a time. */
export type PageRequest = (listing: Listing) => Promise<PageAnswer>;

export interface PageAnswer {
  readonly bytes: Buffer;
  /** They are needed no more: the next page may take their place. */
  readonly forget: () => void;
}

/**
 * Requests for pages of a container's listing, through a pipeline like all others of the account. The SDK has no call
 * for a page as bytes. What it sends for a container's properties is the same request but for the query, and it keeps
 * the query of a client's URL, where a SAS would be.
 */
export function openListing(account: Account, container: ContainerName): PageRequest {
  let body: PageBody | undefined;
  let room: Buffer | undefined;
  /** Takes the body of a page as it comes, before the SDK can parse it; errors it parses as ever. */
  const takeBody: RequestPolicyFactory = {
    create: (next) => ({
      sendRequest: async (request) => {
        request.streamResponseStatusCodes = new Set([200]);
        const response = await next.sendRequest(request);
        if (response.readableStreamBody !== undefined)
          body = await readWithin(request.timeout, response.readableStreamBody as Readable, takeRoom());
        return response;
      },
    }),
  };
  const pipeline = account.createPipeline();
  pipeline.factories.push(takeBody);
  const { url } = account.client.getContainerClient(container);
  const joint = url.includes('?') ? '&' : '?';

  /** For one page alone. */
  function takeRoom(): Buffer | undefined {
    const taken = room;
    room = undefined;
    return taken;
  }

  /** It is kept by nobody but the one who asked for it. */
  function takeAnswer(): PageBody {
    const taken = body;
    if (taken === undefined) throw new Error('the SDK kept the body of a listing to itself');
    body = undefined;
    return taken;
  }

  return async (listing) => {
    body = undefined;
    const client = new ContainerClient(`${url}${joint}${toQuery(listing)}`, pipeline);
    await client.getProperties(listing.signal === undefined ? {} : { abortSignal: listing.signal });
    const page = takeAnswer();
    return { bytes: page.read(), forget: () => (room = page.room) };
  };
}

/** A body that is read by the SDK is under the request's limit of time; one that it hands over is not any more. */
async function readWithin(
  milliseconds: number,
  stream: Readable,
  room: Buffer | undefined,
): Promise<PageBody> {
  const overdue = new AbortController();
  const timer = milliseconds > 0 ? setTimeout(() => overdue.abort(), milliseconds) : undefined;
  const body = new PageBody(room);
  try {
    for await (const piece of addAbortSignal(overdue.signal, stream)) body.add(piece as Buffer);
    return body;
  } finally {
    clearTimeout(timer);
  }
}
