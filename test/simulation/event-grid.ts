import type { MemoryQueue } from '../memory/memory-queue.ts';
import type { Choices } from './choices.ts';
import { describeEvent, type Happening, toEvent } from './event.ts';
import type { Tell } from './story.ts';

/** Event Grid, which reports what users do to the queue, and others that write to the queue. */
export class EventGrid {
  /** Unreadable messages: they, and no others, end in the dead-letter queue. */
  readonly poison = new Set<string>();
  readonly #queue: MemoryQueue;
  readonly #choices: Choices;
  readonly #tell: Tell | undefined;
  #messages = 0;

  constructor(queue: MemoryQueue, choices: Choices, tell: Tell | undefined) {
    this.#queue = queue;
    this.#choices = choices;
    this.#tell = tell;
  }

  /** At least once, and sometimes with a needless event. */
  raise(happening: Happening, needless: () => Happening): void {
    const event = toEvent('event', happening);
    const [copies, company] = [this.#choices.draw(6), this.#choices.draw(8)];
    this.#send(company === 7 ? [event, toEvent('needless', needless())] : [event]);
    if (copies === 5) this.#send([event]);
  }

  /** A change without an event: a listing finds it later. */
  look(happening: Happening): void {
    this.#send([toEvent('look', happening)]);
  }

  forge(happening: Happening): void {
    this.#tell?.('a stranger', 'sends an event of what never happened');
    this.#send([toEvent('forged', happening)]);
  }

  sendPoison(): void {
    const messageId = this.#send(['no event']);
    this.poison.add(messageId);
    this.#tell?.('a stranger', `sends ${messageId}, which is no event`);
  }

  #send(events: readonly unknown[]): string {
    const messageId = `m${++this.#messages}`;
    this.#tell?.('the queue', `gets ${messageId}: ${events.map(describeEvent).join(', ')}`);
    this.#queue.send({ messageId, body: events.length === 1 ? events[0] : events });
    return messageId;
  }
}
