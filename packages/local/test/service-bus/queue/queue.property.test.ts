import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Queue } from '../../../src/service-bus/queue/queue.ts';
import type { QueueRecord } from '../../../src/service-bus/queue/queue-state.ts';
import { defineQueue } from '../../support/test-broker.ts';

const LOCK_MS = 100;
const MAX_DELIVERIES = 3;

/** The model's state of a message. */
interface Paper {
  place: 'scheduled' | 'active' | 'deferred' | 'dead' | 'gone';
  deliveries: number;
  readonly dueAt: number;
  readonly timeToLiveMs: number;
  enqueuedAt: number;
  lock: { token: string; until: number } | undefined;
}

/** The queue under test, restored from its records at each generated restart, next to the model. */
class Trial {
  now = 1_000;
  records: QueueRecord[] = [];
  readonly papers: Paper[] = [];
  queue = this.start();

  start(): Queue {
    const queue = new Queue(
      defineQueue({
        lockDurationMs: LOCK_MS,
        maxDeliveryCount: MAX_DELIVERIES,
        duplicateDetectionWindowMs: 1_000_000,
      }),
      {
        now: () => this.now,
        record: (record) => void this.records.push(record),
        active: () => undefined,
        due: () => undefined,
      },
    );
    for (const record of this.records) queue.replay(record);
    return queue;
  }

  restart(compact: boolean): void {
    if (compact) this.records = this.queue.snapshot();
    for (const paper of this.papers) paper.lock = undefined;
    this.queue = this.start();
    this.#settleTime();
  }

  pass(ms: number): void {
    this.now += ms;
    this.#settleTime();
  }

  send(scheduledInMs: number | undefined, timeToLiveMs: number): void {
    const index = this.papers.length;
    const dueAt = this.now + (scheduledInMs ?? 0);
    this.queue.send({
      messageId: String(index),
      content: Buffer.from(String(index)),
      timeToLiveMs,
      scheduledFor: scheduledInMs === undefined ? undefined : dueAt,
    });
    const place = dueAt > this.now ? 'scheduled' : 'active';
    this.papers.push({ place, deliveries: 0, dueAt, timeToLiveMs, enqueuedAt: dueAt, lock: undefined });
  }

  sendAgain(index: number): void {
    const message = { messageId: String(index), content: Buffer.from('duplicate') };
    if (index < this.papers.length)
      this.queue.send({ ...message, timeToLiveMs: undefined, scheduledFor: undefined });
  }

  receive(mode: 'lock' | 'take'): void {
    const delivery = this.queue.receive('main', mode);
    const free = this.papers.filter(({ place, lock }) => place === 'active' && lock === undefined);
    assert.equal(delivery === undefined, free.length === 0);
    if (delivery === undefined) return;
    const paper = this.#paperOf(delivery.message.content);
    assert.ok(free.includes(paper));
    assert.equal(delivery.message.deliveryCount, paper.deliveries);
    if (mode === 'take') paper.place = 'gone';
    else paper.lock = delivery.lock && { ...delivery.lock };
  }

  settle(pick: number, kind: 'complete' | 'abandon' | 'defer' | 'dead-letter'): void {
    const locked = this.papers.filter(({ lock }) => lock !== undefined);
    const paper = locked[pick % Math.max(locked.length, 1)];
    const { token } = paper?.lock ?? { token: 'nobody has this lock' };
    const result = this.queue.settle(
      'main',
      token,
      kind === 'complete' ? { kind } : { kind, properties: {} },
    );
    assert.equal(result, paper ? 'settled' : 'lock-lost');
    if (paper === undefined) return;
    assert.equal(this.queue.settle('main', token, { kind: 'complete' }), 'lock-lost');
    paper.lock = undefined;
    if (kind === 'complete') paper.place = 'gone';
    if (kind === 'defer') paper.place = 'deferred';
    if (kind === 'dead-letter') paper.place = 'dead';
    if (kind === 'abandon') this.#endDelivery(paper);
    this.#settleTime();
  }

  renew(pick: number): void {
    const locked = this.papers.filter(({ lock }) => lock !== undefined);
    const lock = locked[pick % Math.max(locked.length, 1)]?.lock;
    if (lock === undefined) return;
    lock.until = this.now + LOCK_MS;
    assert.equal(this.queue.renewLock('main', lock.token), lock.until);
  }

  receiveDeferred(): void {
    const entry = this.queue.peek('main', 0, 1_000).find(({ state }) => state === 'deferred');
    if (entry === undefined) return;
    const delivery = this.queue.receiveDeferred('main', entry.message.sequenceNumber, 'lock');
    const paper = this.#paperOf(entry.message.content);
    assert.equal(paper.place, 'deferred');
    paper.lock = delivery?.lock && { ...delivery.lock };
  }

  /** Every message is once where the model has it, and the counts agree. */
  check(): void {
    const main = this.queue.peek('main', 0, 1_000);
    const dead = this.queue.peek('deadLetter', 0, 1_000);
    const found = [...main, ...dead].map(({ message }) => Number(message.content.toString()));
    assert.deepEqual(
      found.toSorted((a, b) => a - b),
      [...this.papers.keys()].filter((index) => this.papers[index]?.place !== 'gone'),
    );
    const numbers = main.map(({ message }) => message.sequenceNumber);
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    const count = (place: Paper['place'], locked: boolean) =>
      this.papers.filter((paper) => paper.place === place && (paper.lock !== undefined) === locked).length;
    const {
      scheduled,
      active,
      locked,
      deferred,
      'deferred-locked': deferredLocked,
    } = this.queue.counts('main');
    assert.deepEqual(
      { scheduled, active, locked, deferred, deferredLocked },
      {
        scheduled: count('scheduled', false),
        active: count('active', false),
        locked: count('active', true),
        deferred: count('deferred', false),
        deferredLocked: count('deferred', true),
      },
    );
    assert.equal(this.queue.counts('deadLetter').active, count('dead', false));
  }

  #settleTime(): void {
    for (const paper of this.papers) {
      if (paper.lock !== undefined && paper.lock.until <= this.now) {
        paper.lock = undefined;
        this.#endDelivery(paper);
      }
      if (paper.place === 'scheduled' && paper.dueAt <= this.now) {
        paper.place = 'active';
        paper.enqueuedAt = this.now;
      }
      const expired = paper.enqueuedAt + paper.timeToLiveMs <= this.now;
      if (paper.place === 'active' && paper.lock === undefined && expired) paper.place = 'dead';
    }
    this.queue.advance();
  }

  #endDelivery(paper: Paper): void {
    paper.deliveries++;
    if (paper.deliveries >= MAX_DELIVERIES) paper.place = 'dead';
  }

  #paperOf(content: Buffer): Paper {
    const paper = this.papers[Number(content.toString())];
    if (paper === undefined) throw new Error('a message came that was never sent');
    return paper;
  }
}

const kinds = ['complete', 'abandon', 'defer', 'dead-letter'] as const;
const timesToLive = [50, 300, Infinity] as const;

const act = <T extends string>(name: T) => fc.constant(name);

const step = fc.oneof(
  fc.record({
    act: act('send'),
    scheduledInMs: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
    timeToLiveMs: fc.constantFrom(...timesToLive),
  }),
  fc.record({
    act: act('receive'),
    mode: fc.constantFrom('lock' as const, 'lock' as const, 'take' as const),
  }),
  fc.record({ act: act('settle'), pick: fc.nat(9), kind: fc.constantFrom(...kinds) }),
  fc.record({ act: act('pass'), ms: fc.integer({ min: 1, max: 120 }) }),
  fc.record({ act: act('renew'), pick: fc.nat(9) }),
  fc.record({ act: act('receiveDeferred') }),
  fc.record({ act: act('sendAgain'), index: fc.nat(5) }),
  fc.record({ act: act('restart'), compact: fc.boolean() }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function perform(trial: Trial, drawn: Step): void {
  switch (drawn.act) {
    case 'send':
      return trial.send(drawn.scheduledInMs, drawn.timeToLiveMs);
    case 'receive':
      return trial.receive(drawn.mode);
    case 'settle':
      return trial.settle(drawn.pick, drawn.kind);
    case 'pass':
      return trial.pass(drawn.ms);
    case 'renew':
      return trial.renew(drawn.pick);
    case 'receiveDeferred':
      return trial.receiveDeferred();
    case 'sendAgain':
      return trial.sendAgain(drawn.index);
    case 'restart':
      return trial.restart(drawn.compact);
  }
}

it('loses nothing, delivers nothing twice and counts correctly, over time and restarts', () => {
  const result = fc.check(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
      const trial = new Trial();
      for (const drawn of steps) {
        perform(trial, drawn);
        trial.check();
      }
    }),
    { numRuns: 500 },
  );
  expect(fc.defaultReportMessage(result)).toBeUndefined();
});
