import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { fromTrigger } from '../../../src/intake/incoming-message.ts';
import { toQueueError } from '../../../src/azure/queue/queue-error.ts';
import type { TypedData } from '../../../src/host/functions-core.ts';
import { toInput, toTriggerMetadata } from '../../../src/host/service-bus/to-input.ts';
import { handleMessage } from '../../../src/intake/handle-message.ts';
import { deadLetterUnsendable } from '../../../src/intake/settle-failure.ts';
import { type MemoryMessage, MemoryQueue, createMemoryQueueBrowser } from '../../memory/memory-queue.ts';
import { immediately } from '../../memory/schedule.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../../../src/model/errors.ts';
import { type HintMessage, toProperties } from '../../../src/model/hint-message.ts';
import { parseKey } from '../../../src/model/key.ts';
import { createScope } from '../../../src/model/scope.ts';
import type { HintQueue } from '../../../src/ports/work-queues.ts';
import { NEVER_PAUSED } from '../../../src/ports/account-decorators.ts';
import type { BrowsedMessage } from '../../../src/ports/dead-letter-queue.ts';
import { createMemoryPair } from '../../support/memory-pair.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';

/** A longer chain is endless: the longest is of a file that stays empty, which is checked twenty times. */
const MAX_DELIVERIES_OF_EVENT = 40;

export interface Outcome {
  readonly deliveries: number;
  readonly requests: number;
  readonly dead: readonly BrowsedMessage[];
  /** Why deliveries were abandoned. */
  readonly failures: readonly BlobmirrorError[];
}

/**
 * The real intake between a queue and two accounts in memory, with what Azure has in between: the client of
 * Service Bus writes a body as JSON when it sends, and the Functions host parses it and adds the metadata,
 * which the body may overwrite.
 */
export class HostileStage {
  readonly queue = new MemoryQueue();
  readonly log = createSilentLogger();
  /** Called before each send; may throw to make it fail. */
  onSend: (how: 'sendLater' | 'deadLetter', message: HintMessage) => void = () => undefined;
  /** Called before each check; may throw to make it fail. */
  onLook: () => void = () => undefined;
  /** How many deliveries meet a pause. */
  pauses = 0;
  /** Whether a copy that is to expire is delivered once before that. */
  comesByBeforeItExpires = false;
  readonly #pair = createMemoryPair();
  #sent = 0;

  /** Puts a message into the queue, as an outside sender would. */
  send(body: string | Uint8Array, applicationProperties: Readonly<Record<string, unknown>> = {}): void {
    const messageId = `outside-${++this.#sent}`;
    this.queue.send({ messageId, body: Buffer.from(body), applicationProperties });
  }

  /** Writes a blob at the source, and sends its event. */
  write(path: string): void {
    this.#pair.source.put(parseKey('photos', path), { content: path });
    this.send(JSON.stringify(eventOf(path)));
  }

  isMirrored(path: string): boolean {
    return this.#pair.backup.peek(parseKey('photos', path))?.content === path;
  }

  /** Receives until the queue is empty, with redeliveries. @param events how many were sent */
  async drain(events = 1): Promise<Outcome> {
    const before = this.#pair.calls.length;
    const failures: BlobmirrorError[] = [];
    let deliveries = 0;
    for (let message = this.#next(); message !== undefined; message = this.#next()) {
      if (++deliveries > MAX_DELIVERIES_OF_EVENT * events)
        throw new Error(`${deliveries} deliveries, and no end: ${message.messageId}`);
      const lock = this.queue.receive(message);
      try {
        await this.#handle(message);
        this.queue.complete(lock);
      } catch (thrown) {
        failures.push(toBlobmirrorError(thrown));
        this.queue.release(lock);
        if (message.expires) this.queue.expire(message);
      }
    }
    return { deliveries, requests: this.#pair.calls.length - before, dead: await this.dead(), failures };
  }

  /** The dead letters, as the client shows them to operators. */
  async dead(): Promise<readonly BrowsedMessage[]> {
    const pages = await Array.fromAsync(
      createMemoryQueueBrowser(this.queue, immediately, { deadLetter: true }).browse(),
    );
    return pages.flat().map((message) => ({ ...message, body: received(message.body as Buffer) }));
  }

  /** Removes all dead letters and sends them again, as a replay does. */
  replay(): void {
    for (const { body } of this.queue.dead.splice(0)) this.send(body as Buffer);
  }

  #next(): MemoryMessage | undefined {
    for (const message of this.queue.scheduled) this.queue.enqueue(message);
    for (const message of this.queue.ready)
      if (message.expires && (!this.comesByBeforeItExpires || message.deliveryCount > 0))
        this.queue.expire(message);
    const [message] = this.queue.ready;
    return message;
  }

  async #handle(message: MemoryMessage): Promise<void> {
    const input = toInput(message, false);
    const wire = {
      messageId: message.messageId,
      deliveryCount: message.deliveryCount - 1,
      enqueuedTimeUtc: message.sentAt,
      applicationProperties: message.applicationProperties,
    } as unknown as ServiceBusReceivedMessage;
    const triggerMetadata = Object.fromEntries(
      Object.entries(toTriggerMetadata(wire, input)).map(([name, value]) => [
        name.charAt(0).toLowerCase() + name.slice(1),
        asLibrary(value),
      ]),
    );
    const invocationId = `invocation-${message.sequenceNumber}-${message.deliveryCount}`;
    await handleMessage(
      {
        scope: createScope('sourceaccount'),
        converge: async (key) => {
          this.onLook();
          return await this.#pair.converge(key);
        },
        followRename: async () => await Promise.resolve('not renamed' as const),
        walk: async () => await Promise.resolve(undefined),
        queue: deadLetterUnsendable(this.#port(), this.log),
        pause: {
          ...NEVER_PAUSED,
          pass: async (work) => {
            if (this.pauses-- > 0) return { delayMs: 60_000 };
            await work();
            return undefined;
          },
        },
      },
      this.log,
      fromTrigger(asLibrary(input), { invocationId, triggerMetadata }),
    );
  }

  #port(): HintQueue {
    const put = (
      how: 'sendLater' | 'deadLetter',
      message: HintMessage,
      more: Partial<MemoryMessage>,
    ): void => {
      try {
        this.onSend(how, message);
        const body = written(message.event);
        const { messageId, history } = message;
        if (messageId.length > 128) throw new Error('Service Bus takes ids of at most 128 characters');
        this.queue.send({ messageId, body, applicationProperties: toProperties(history), ...more });
      } catch (error) {
        throw toQueueError(error, 'events');
      }
    };
    return {
      sendLater: async (message, delayMs) => {
        await Promise.resolve();
        put('sendLater', message, { delayMs });
      },
      deadLetter: async (message) => {
        await Promise.resolve();
        put('deadLetter', message, { expires: true });
      },
    };
  }
}

/** An event of the source, in the Event Grid schema. */
export function eventOf(path: string): Record<string, unknown> {
  return {
    topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
    subject: `/blobServices/default/containers/photos/blobs/${path}`,
    eventType: 'Microsoft.Storage.BlobCreated',
    eventTime: new Date().toISOString(),
    id: `id of ${path}`,
    data: { api: 'PutBlob', url: `https://sourceaccount.blob.core.windows.net/photos/${path}` },
    dataVersion: '',
    metadataVersion: '1',
  };
}

/** As `sendMessages` of @azure/service-bus does. */
function written(body: unknown): Buffer {
  return Buffer.from(body instanceof Uint8Array ? body : JSON.stringify(body ?? null));
}

/** As `peekMessages` does. */
function received(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return body;
  }
}

/** As @azure/functions does with data of the host. */
function asLibrary(data: TypedData): unknown {
  if ('json' in data) return JSON.parse(data.json) as unknown;
  if (!('string' in data)) throw new Error('the trigger takes text');
  try {
    return JSON.parse(data.string) as unknown;
  } catch {
    return data.string;
  }
}
