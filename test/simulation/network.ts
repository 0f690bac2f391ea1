import { LONGEST_REQUEST_MS } from '../../src/intake/settle-failure.ts';
import type { MemoryMessage, MemoryQueue } from '../memory/memory-queue.ts';
import type { Schedule } from '../memory/schedule.ts';
import { BlobmirrorError, type ErrorCode } from '../../src/model/errors.ts';
import { type Call, isCopy, isOfQueue, isUnderWay, isWrite, type Life } from './call.ts';
import { type Choices, pickOne } from './choices.ts';
import { describeAnswer, describeCall } from './describe.ts';
import type { Tell } from './story.ts';
import type { Witness } from './witness.ts';

/** Refusals that the service gives before it does anything. */
const REFUSALS: readonly ErrorCode[] = ['storage-unavailable', 'storage-throttled', 'storage-forbidden'];

/** The possible results of a write. A lost answer is the hardest to handle, and the likeliest here. */
const WRITE_FAULTS = ['refused', 'done', 'cut off', 'cut off'] as const;

interface Services {
  readonly queue: MemoryQueue;
  readonly witness: Witness;
  readonly tell: Tell | undefined;
}

/**
 * The network between workers and services. It holds every call until it is told the result; all faults of
 * requests happen here.
 */
export class Network {
  /** Calls that wait for their effect, oldest first. */
  readonly pending: Call[] = [];
  /** Writes whose client has given up or is dead, and that the service may still do. */
  readonly late: Call[] = [];
  readonly #services: Services;
  readonly #tell: Tell | undefined;
  /** For each message that waits for the longest request to be over: the writes under way when it was sent. */
  readonly #waitsFor = new Map<MemoryMessage, readonly Call[]>();

  constructor(services: Services) {
    this.#services = services;
    this.#tell = services.tell;
  }

  schedule(life: Life): Schedule {
    return (name, key, effect) =>
      new Promise((resolve, reject) => {
        this.pending.push({
          life,
          number: ++life.calls,
          seenBefore: life.seen?.length ?? 0,
          name,
          key,
          mayBeginLater: life.isAhead === true,
          effect,
          resolve: resolve as (value: unknown) => void,
          reject,
        });
      });
  }

  answer(call: Call): void {
    this.#take(call);
    const value = this.#carryOut(call);
    this.#tell?.(call.life.worker, `${describeCall(call)}${describeAnswer(value)}`);
    // Of the queue, workers learn that it took the message; the message itself has this machine's time in it.
    call.life.seen?.push(`${call.number} ${isOfQueue(call) ? 'taken' : JSON.stringify(value, inFull)}`);
    call.resolve(value);
  }

  /** One of the ways in which a call fails, or its worker with it. */
  fail(call: Call, choices: Choices): void {
    this.#take(call);
    if (isOfQueue(call)) this.#failQueueCall(call, choices);
    else if (isWrite(call)) this.#failWrite(call, choices);
    else this.#refuse(call, choices);
  }

  /** The service does, or drops, a call whose client is gone. */
  finishLate(call: Call, commits: boolean): void {
    this.late.splice(this.late.indexOf(call), 1);
    if (!commits) {
      this.#tell?.('the service', `drops the late request: ${describeCall(call)}`);
      return;
    }
    const value = this.#carryOut(call);
    this.#tell?.(
      'the service',
      `carries out the late request: ${describeCall(call)}${describeAnswer(value)}`,
    );
  }

  /** A worker dies. The service may still do what it had written to the backup. */
  crash(life: Life): void {
    life.over = true;
    for (const call of this.pending.filter((one) => one.life === life)) {
      this.#take(call);
      if (isWrite(call)) this.late.push(call);
    }
  }

  /** Whether the delay of a scheduled message may be over. */
  isDue(message: MemoryMessage): boolean {
    return this.waitsFor(message).length === 0;
  }

  /** The writes that a scheduled message waits for. */
  waitsFor(message: MemoryMessage): readonly Call[] {
    const writes = this.#waitsFor.get(message) ?? [];
    return writes.filter((call) => this.late.includes(call) || this.pending.includes(call));
  }

  #take(call: Call): void {
    this.pending.splice(this.pending.indexOf(call), 1);
  }

  #carryOut(call: Call): unknown {
    if (!isOfQueue(call)) return this.#services.witness.carryOut(call);
    const value = call.effect();
    this.#noteDelays();
    return value;
  }

  #noteDelays(): void {
    for (const message of this.#services.queue.scheduled) {
      if (message.delayMs < LONGEST_REQUEST_MS || this.#waitsFor.has(message)) continue;
      const begun = this.pending.filter((call) => isUnderWay(call) && !call.mayBeginLater);
      this.#waitsFor.set(message, [...this.late, ...begun]);
    }
  }

  #refuse(call: Call, choices: Choices): void {
    const code = pickOne(choices, isWrite(call) ? REFUSALS : [...REFUSALS, 'absence-not-proven' as const]);
    this.#tell?.(call.life.worker, `${describeCall(call)}: refused, ${code}`);
    refuse(call, code, `${call.name} was refused`);
  }

  #failWrite(call: Call, choices: Choices): void {
    const how = pickOne(choices, isCopy(call) ? [...WRITE_FAULTS, 'unfinished' as const] : WRITE_FAULTS);
    if (how === 'unfinished') {
      this.#tell?.(call.life.worker, `${describeCall(call)}: its time is used up, and it is to go on later`);
      call.life.seen?.push(`${call.number} unfinished`);
      call.resolve({ kind: 'unfinished', engine: 'memory' });
      return;
    }
    if (how === 'refused') {
      this.#refuse(call, choices);
      return;
    }
    if (how === 'done') this.#carryOut(call);
    else this.late.push(call);
    const what = how === 'done' ? 'done, but the answer is lost' : 'cut off, and under way at the service';
    this.#tell?.(call.life.worker, `${describeCall(call)}: ${what}`);
    refuse(call, 'write-outcome-unknown', `${call.name} was cut off`);
  }

  #failQueueCall(call: Call, choices: Choices): void {
    const done = choices.draw(2) === 1;
    if (done) this.#carryOut(call);
    this.#tell?.(
      call.life.worker,
      `${describeCall(call)}: ${done ? 'done, but the answer is lost' : 'the queue cannot be reached'}`,
    );
    refuse(call, 'queue-unavailable', 'the queue cannot be reached');
  }
}

function refuse(call: Call, code: ErrorCode, text: string): void {
  call.life.seen?.push(`${call.number} ${code}`);
  call.reject(new BlobmirrorError(code, text));
}

/** An entry of a listing tells what it is when it is asked. */
function inFull(name: string, field: unknown): unknown {
  return name === 'reading' && typeof field === 'function' ? (field as () => unknown)() : field;
}
