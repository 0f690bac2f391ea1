import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FindQueue } from './accept-clients.ts';
import type { Queue, QueueDefinition } from './queue/queue.ts';

/**
 * Answers `GET /queue` of the Service Bus administration API, which is enough for getQueue,
 * getQueueRuntimeProperties and queueExists. Queues are declared when the broker starts, so nothing else is
 * implemented.
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

/** Named as in the administration client's runtime properties. */
export interface RuntimeCounts {
  /** Messages of every kind, dead letters included. */
  readonly total: number;
  /** Waiting, locked or deferred: every message of the main queue that is not scheduled. */
  readonly active: number;
  readonly scheduled: number;
  readonly deadLetter: number;
  readonly sizeInBytes: number;
}

const COUNTS = 'http://schemas.microsoft.com/netservices/2011/06/servicebus';

/** The Atom entry of a queue, as in the REST API of Service Bus (api-version 2021-05). */
function toQueueEntry(
  url: string,
  definition: QueueDefinition,
  counts: RuntimeCounts,
  startedAt: Date,
): string {
  const started = startedAt.toISOString();
  const description: ReadonlyArray<readonly [string, string | number | boolean]> = [
    ['LockDuration', toIsoDuration(definition.lockDurationMs)],
    ['MaxSizeInMegabytes', 1024],
    ['RequiresDuplicateDetection', definition.duplicateDetectionWindowMs > 0],
    ['RequiresSession', false],
    ['DefaultMessageTimeToLive', toIsoDuration(definition.defaultTimeToLiveMs)],
    ['DeadLetteringOnMessageExpiration', definition.deadLetterOnExpiration],
    ['DuplicateDetectionHistoryTimeWindow', toIsoDuration(definition.duplicateDetectionWindowMs || 600_000)],
    ['MaxDeliveryCount', definition.maxDeliveryCount],
    ['EnableBatchedOperations', true],
    ['SizeInBytes', counts.sizeInBytes],
    ['MessageCount', counts.total],
    ['Status', 'Active'],
    ['CreatedAt', started],
    ['UpdatedAt', started],
    ['AccessedAt', started],
    ['AutoDeleteOnIdle', NEVER],
    ['EnablePartitioning', false],
    ['EntityAvailabilityStatus', 'Available'],
    ['EnableExpress', false],
  ];
  const details = [
    ['ActiveMessageCount', counts.active],
    ['DeadLetterMessageCount', counts.deadLetter],
    ['ScheduledMessageCount', counts.scheduled],
    ['TransferMessageCount', 0],
    ['TransferDeadLetterMessageCount', 0],
  ] as const;
  return (
    `<entry xmlns="http://www.w3.org/2005/Atom"><id>${escape(url)}</id><title type="text">${escape(definition.name)}</title>` +
    `<updated>${started}</updated><content type="application/xml"><QueueDescription xmlns="http://schemas.microsoft.com/netservices/2010/10/servicebus/connect">` +
    description.map(([name, value]) => `<${name}>${value}</${name}>`).join('') +
    `<CountDetails xmlns:d="${COUNTS}">` +
    details.map(([name, value]) => `<d:${name}>${value}</d:${name}>`).join('') +
    '</CountDetails></QueueDescription></content></entry>'
  );
}

/** The answer for an unknown queue: the API returns an empty feed, not a 404. */
function toEmptyFeed(): string {
  return '<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Publicly Listed Services</title></feed>';
}

/** The longest time span of .NET, which means "no limit". */
const NEVER = 'P10675199DT2H48M5.4775807S';

function toIsoDuration(ms: number): string {
  return Number.isFinite(ms) ? `PT${ms / 1000}S` : NEVER;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/**
 * A queue's messages counted as in the portal and the administration client: locked and deferred ones are
 * active.
 */
export function countMessages(queue: Queue): RuntimeCounts {
  const main = queue.counts('main');
  const dead = queue.counts('deadLetter');
  const active = main.active + main.locked + main.deferred + main['deferred-locked'];
  const deadLetter = dead.active + dead.locked + dead.deferred + dead['deferred-locked'];
  return {
    total: active + main.scheduled + deadLetter,
    active,
    scheduled: main.scheduled,
    deadLetter,
    sizeInBytes: main.bytes + dead.bytes,
  };
}
