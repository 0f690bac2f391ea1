import { join } from 'node:path';
import type { Logger } from '../../telemetry/logger.ts';
import { Alarm } from './alarm.ts';
import { Dispatcher } from './dispatcher.ts';
import { type Journal, type JournalError, noJournal } from './log/journal.ts';
import { QueueLog } from './log/queue-log.ts';
import { recoverLog } from './log/recover-log.ts';
import type { QueueDefinition } from './queue/queue-definition.ts';
import { Queue } from './queue/queue.ts';
import type { SubQueueName } from './queue/queue-state.ts';

/** A queue with what it lives on: its journal, its alarm, and those who wait for its messages. */
export interface HostedQueue {
  readonly queue: Queue;
  readonly dispatchers: Readonly<Record<SubQueueName, Dispatcher>>;
  /** Resolves when every change made so far is in the journal. To be awaited before anything is acknowledged. */
  flushed(): Promise<void>;
  /** Why the journal takes nothing at present. To be asked before a change that a client can ask for again. */
  obstacle(): JournalError | undefined;
  stop(): Promise<void>;
}

/** With a directory, first brings back the queue that its log describes. */
export async function hostQueue(
  definition: QueueDefinition,
  directory: string | undefined,
  logger: Logger | undefined,
): Promise<HostedQueue> {
  const dispatchers = { main: new Dispatcher(), deadLetter: new Dispatcher() };
  let journal: Journal = noJournal;
  // Neither is there before the queue is complete: nothing may fall due while there is no log to write it to.
  let alarm: Alarm | undefined;
  const queue = new Queue(definition, {
    now: () => Date.now(),
    record: (record) => journal.append(record),
    active: (subQueue) => dispatchers[subQueue].wake(),
    due: (at) => alarm?.wakeBy(at),
  });
  if (directory !== undefined) {
    const path = join(directory, `${encodeURIComponent(definition.name.toLowerCase())}.log`);
    const { records, validBytes, tornBytes } = await recoverLog(path, (record) => queue.replay(record));
    if (tornBytes > 0) {
      logger?.warn('queue log ended in a torn record, which was dropped', { path, records, tornBytes });
    }
    journal = await QueueLog.open({ path, snapshot: () => queue.snapshot(), validBytes, logger });
  }
  alarm = new Alarm(() => {
    queue.advance();
    return queue.nextDueAt();
  });
  alarm.wakeBy(queue.nextDueAt() ?? Infinity);
  return {
    queue,
    dispatchers,
    flushed: () => journal.flushed(),
    obstacle: () => journal.obstacle(),
    stop: async () => {
      alarm?.stop();
      try {
        await journal.close();
      } catch (error) {
        // Nobody was told that it is there.
        logger?.warn('the last changes of a queue could not be written', { detail: String(error) });
      }
    },
  };
}
