import { describe, expect, it } from 'vitest';
import { createDeadLetterStore } from '../../src/deadletter/dead-letter-store.ts';
import { immediately } from '../memory/schedule.ts';
import { BlobmirrorError, type ErrorCode } from '../../src/model/errors.ts';
import type { DeadLetterQueue } from '../../src/ports/dead-letter-queue.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { eventOf, type DeadLetterBench, parked, startDeadLetterBench } from './support/dead-letter-bench.ts';

/** The dead letters of a bench whose queue of events refuses what one of them becomes. */
function refusing({ queues, documents }: DeadLetterBench, code: ErrorCode, path: string) {
  const refuse: DeadLetterQueue = {
    ...queues.events,
    process: async (visit, options) =>
      await queues.events.process(
        async (deadLetter) =>
          await visit({
            ...deadLetter,
            sendAgain: async (as) => {
              const isRefused = JSON.stringify(deadLetter.message.body).includes(`/${path}"`);
              if (isRefused) throw new BlobmirrorError(code, 'the queue did not take it');
              await deadLetter.sendAgain(as);
            },
          }),
        options,
      ),
  };
  const store = createDeadLetterStore(
    { ...queues, events: refuse },
    documents.through(immediately),
    createSilentLogger(),
  );
  return async () => await store.replay({ all: true });
}

describe('a dead letter that its queue does not take back', () => {
  it('for what it is stays and is counted, and the others are replayed', async () => {
    const bench = await startDeadLetterBench();
    await bench.bury(
      'events',
      ...['a', 'b', 'c'].map((path) => parked(eventOf('photos', path), 'unexpected')),
    );
    const replay = refusing(bench, 'message-too-large', 'b');
    expect(await replay()).toEqual({ done: 2, gone: 0, failed: 1, isComplete: true });
    expect(bench.counts('events')).toEqual({ active: 2, deadLetter: 1 });
    // Nobody holds it.
    expect(await bench.store.replay({ all: true })).toMatchObject({ done: 1, failed: 0 });
  });

  it('for what ails the queue ends the replay with that error, and is there for the next one', async () => {
    const bench = await startDeadLetterBench();
    await bench.bury('events', parked(eventOf('photos', 'a'), 'unexpected'));
    const replay = refusing(bench, 'queue-full', 'a');
    await expect(replay()).rejects.toMatchObject({ code: 'queue-full' });
    expect(bench.counts('events')).toEqual({ active: 0, deadLetter: 1 });
    expect(await bench.store.replay({ all: true })).toMatchObject({ done: 1, failed: 0 });
  });
});
