import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FindQueue } from '../amqp/accept-clients.ts';
import { countMessages } from './count-messages.ts';
import { toEmptyFeed, toQueueEntry } from './queue-entry.ts';

/**
 * Answers `GET /queue` of the Service Bus administration API: all that getQueue, getQueueRuntimeProperties and
 * queueExists need. Queues are declared when the broker starts, so everything else is not implemented.
 */
export function answerAdministrationRequest(findQueue: FindQueue, startedAt: Date) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const url = URL.parse(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
    const name = url && decode(url.pathname.slice(1));
    if (url === null || name === undefined || name === null) {
      response.writeHead(400, { 'content-type': 'text/plain' }).end('The URL names no queue.');
      return;
    }
    if (request.method !== 'GET') {
      response.writeHead(501, { 'content-type': 'text/plain' }).end('Only GET of a queue is implemented.');
      return;
    }
    const hosted = findQueue(name.toLowerCase());
    const body = hosted
      ? toQueueEntry(url.href, hosted.queue.definition, countMessages(hosted.queue), startedAt)
      : toEmptyFeed();
    response.writeHead(200, { 'content-type': 'application/atom+xml;type=entry;charset=utf-8' }).end(body);
  };
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
