import { join } from 'node:path';
import { type Journal, type JournalError, noJournal } from './journal.ts';
import { recoverLog } from './log-records.ts';
import { QueueLog } from './queue-log.ts';
import type { SubQueueName } from '../queue/queue-state.ts';
import { Queue, type QueueDefinition } from '../queue/queue.ts';
import type { LocalLogger } from '../../logger.ts';

/** A queue with its journal, its alarm, and the consumers of its messages. */
export interface HostedQueue {
  readonly queue: Queue;
  readonly dispatchers: Readonly<Record<SubQueueName, Dispatcher>>;
  /** Resolves when every change made so far is in the journal. Await before acknowledging anything. */
  flushed(): Promise<void>;
  /** Why the journal cannot be written at present. Check before a change that a client can retry. */
  writeError(): JournalError | undefined;
  stop(): Promise<void>;
}

/** With a directory, first restores the queue from its log. */
export async function hostQueue(
  definition: QueueDefinition,
  directory: string | undefined,
  log: LocalLogger | undefined,
): Promise<HostedQueue> {
  const dispatchers = { main: new Dispatcher(), deadLetter: new Dispatcher() };
  let journal: Journal = noJournal;
  // Set only when the queue is complete: nothing may fall due while there is no log to write it to.
  let alarm: DueTimer | undefined;
  const queue = new Queue(definition, {
    now: () => Date.now(),
    record: (record) => journal.append(record),
    active: (subQueue) => dispatchers[subQueue].wake(),
    due: (at) => alarm?.scheduleBy(at),
  });
  if (directory !== undefined) {
    const path = join(directory, `${encodeURIComponent(definition.name.toLowerCase())}.log`);
    const { records, validBytes, tornBytes } = await recoverLog(path, (record) => queue.replay(record));
    if (tornBytes > 0) {
      log?.warn('queue log ended in a torn record, which was dropped', { path, records, tornBytes });
    }
    journal = await QueueLog.open({ path, snapshot: () => queue.snapshot(), validBytes, log });
  }
  alarm = new DueTimer(() => {
    queue.advance();
    return queue.nextDueAt();
  });
  alarm.scheduleBy(queue.nextDueAt() ?? Infinity);
  return {
    queue,
    dispatchers,
    flushed: () => journal.flushed(),
    writeError: () => journal.writeError(),
    stop: async () => {
      alarm?.stop();
      try {
        await journal.close();
      } catch (error) {
        // No client was told that the change is stored.
        log?.warn('the last changes of a queue could not be written', { detail: String(error) });
      }
    },
  };
}

/** A receiving link: it requests messages by giving credit. */
export interface Consumer {
  /** Whether the link may be sent another message now. */
  ready(): boolean;
  /** Sends it the next message; false when there is none. */
  deliverNext(): boolean;
}

/** Gives the messages of one subqueue to its consumers in turn, within their credit. */
class Dispatcher {
  readonly #consumers: Consumer[] = [];
  #turn = 0;
  #scheduled = false;

  add(consumer: Consumer): void {
    this.#consumers.push(consumer);
  }

  remove(consumer: Consumer): void {
    const position = this.#consumers.indexOf(consumer);
    if (position >= 0) this.#consumers.splice(position, 1);
  }

  /**
   * A message or credit has arrived: delivers at the end of this tick, so that simultaneous arrivals are
   * batched.
   */
  wake(): void {
    if (this.#scheduled || this.#consumers.length === 0) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.dispatch();
    });
  }

  dispatch(): void {
    for (let waiting = 0; waiting < this.#consumers.length;) {
      this.#turn = (this.#turn + 1) % this.#consumers.length;
      const consumer = this.#consumers[this.#turn];
      if (!consumer?.ready()) {
        waiting++;
        continue;
      }
      if (!consumer.deliverNext()) return;
      waiting = 0;
    }
  }
}

/** Node's timers take a delay of at most a signed 32-bit number of milliseconds. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** One timer for many deadlines: set to the earliest, it asks for the next one after each ring. */
class DueTimer {
  readonly #onDue: () => number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #setFor = Infinity;
  #stopped = false;

  /** `ring` does what is due and returns the next deadline in ms since the epoch, if any. */
  constructor(ring: () => number | undefined) {
    this.#onDue = ring;
  }

  /** Makes the alarm ring at `at` (ms since the epoch) or before. */
  scheduleBy(at: number): void {
    if (this.#stopped || at >= this.#setFor) return;
    clearTimeout(this.#timer);
    this.#setFor = at;
    const delay = Math.min(Math.max(at - Date.now(), 0), LONGEST_DELAY_MS);
    this.#timer = setTimeout(() => this.#go(), delay);
    // A pending alarm must not keep the process alive.
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #go(): void {
    this.#setFor = Infinity;
    const next = this.#onDue();
    if (next !== undefined) this.scheduleBy(next);
  }
}
