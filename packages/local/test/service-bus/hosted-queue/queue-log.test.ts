import { existsSync } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { JournalError } from '../../../src/service-bus/hosted-queue/journal.ts';
import { type OpenFile, QueueLog } from '../../../src/service-bus/hosted-queue/queue-log.ts';
import { recoverLog } from '../../../src/service-bus/hosted-queue/log-records.ts';
import type { QueueRecord } from '../../../src/service-bus/queue/queue-state.ts';
import { keepLines, type LoggedLine } from '../../support/keep-lines.ts';
import { waitFor } from '../../support/wait-for.ts';

const seen = (messageId: string): QueueRecord => ({ type: 'seen', messageId, at: 1 });
const idsOf = (records: readonly QueueRecord[]) =>
  records.map((record) => ('messageId' in record ? record.messageId : record.type));

/**
 * A disk with room for a number of bytes. Writes behave as on Linux: what still fits is written, then ENOSPC.
 */
class SmallDisk {
  room: number;
  attempts = 0;

  constructor(room: number) {
    this.room = room;
  }

  readonly openFile: OpenFile = async (path, flags) => {
    const file = await open(path, flags);
    return {
      write: (async (bytes: Buffer, offset: number, length: number, position: number) => {
        this.attempts++;
        const fitting = Math.min(length, this.room - position);
        if (fitting <= 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        return await file.write(bytes, offset, fitting, position);
      }) as typeof file.write,
      sync: async () => await file.sync(),
      truncate: async (length) => await file.truncate(length),
      close: async () => await file.close(),
    };
  };
}

async function temporaryLog(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'queue-log-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return join(directory, 'events.log');
}

async function recordsIn(path: string): Promise<{ ids: string[]; validBytes: number; tornBytes: number }> {
  const records: QueueRecord[] = [];
  const { validBytes, tornBytes } = await recoverLog(path, (record) => records.push(record));
  return { ids: idsOf(records), validBytes, tornBytes };
}

const first: QueueRecord = { type: 'next', sequenceNumber: 1 };

it('a new log is on the disk before it has its name', async () => {
  const path = await temporaryLog();
  const atSync: boolean[] = [];
  const openFile: OpenFile = async (name, flags) => {
    const file = await open(name, flags);
    return {
      write: (async (...args: Parameters<typeof file.write>) =>
        await file.write(...args)) as typeof file.write,
      truncate: async (length) => await file.truncate(length),
      close: async () => await file.close(),
      sync: async () => {
        atSync.push(existsSync(path));
        await file.sync();
      },
    };
  };
  const options = { path, snapshot: () => [first], validBytes: 0, log: undefined, openFile };
  await (await QueueLog.open(options)).close();
  expect(atSync).toEqual([false]);
  expect((await recordsIn(path)).ids).toEqual(['next']);
});

describe('a full disk', () => {
  it('keeps the order of records that come while others cannot be written', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const path = await temporaryLog();
    let onWrite: (() => void) | undefined;
    const openFile: OpenFile = async (name, flags) => {
      const file = await open(name, flags);
      return {
        write: (async (...args: Parameters<typeof file.write>) => {
          onWrite?.();
          return await file.write(...args);
        }) as typeof file.write,
        truncate: async (length) => await file.truncate(length),
        sync: async () => await file.sync(),
        close: async () => await file.close(),
      };
    };
    const options = { path, snapshot: () => [first], validBytes: 0, log: undefined, openFile };
    const log = await QueueLog.open(options);
    onWrite = () => {
      onWrite = undefined;
      log.append(seen('b'));
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    log.append(seen('a'));
    await expect(log.flushed()).rejects.toThrow(JournalError);
    await waitFor(async () => {
      await vi.advanceTimersByTimeAsync(1_000);
      expect(log.writeError()).toBeUndefined();
    });
    await log.flushed();
    await log.close();
    expect((await recordsIn(path)).ids).toEqual(['next', 'a', 'b']);
  });

  it('rejects for every waiting caller, is logged once, and the records are written when there is room', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const path = await temporaryLog();
    const disk = new SmallDisk(Infinity);
    const lines: LoggedLine[] = [];
    const log = await QueueLog.open({
      path,
      snapshot: () => [first],
      validBytes: 0,
      log: keepLines(lines),
      openFile: disk.openFile,
    });
    log.append(seen('a'));
    await log.flushed();
    // There is room for a part of the next record, which is left torn.
    disk.room = (await stat(path)).size + 10;
    log.append(seen('b'));
    await expect(log.flushed()).rejects.toThrow(/the disk has no room \(ENOSPC\): .*events\.log/);
    expect(log.writeError()).toBeInstanceOf(JournalError);
    expect(await recordsIn(path)).toMatchObject({ ids: ['next', 'a'], tornBytes: 10 });

    log.append(seen('c'));
    await expect(log.flushed()).rejects.toThrow(JournalError);
    const before = disk.attempts;
    await vi.advanceTimersByTimeAsync(1_000);
    await waitFor(() => expect(disk.attempts).toBeGreaterThan(before));
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);

    disk.room = Infinity;
    await waitFor(async () => {
      await vi.advanceTimersByTimeAsync(1_000);
      expect(log.writeError()).toBe(undefined);
    });
    await log.flushed();
    log.append(seen('d'));
    await log.flushed();
    expect(await recordsIn(path)).toMatchObject({ ids: ['next', 'a', 'b', 'c', 'd'], tornBytes: 0 });
    await log.close();
  });

  it('keeps the old log when there is no room for a snapshot, also at the start, and cuts off a torn end', async () => {
    const path = await temporaryLog();
    const content = Buffer.alloc(3_000_000, 'x');
    const big = (sequenceNumber: number): QueueRecord => ({
      type: 'put',
      message: {
        sequenceNumber,
        messageId: `big-${sequenceNumber}`,
        content,
        rest: 'active',
        deadLettered: false,
        sentAt: 0,
        enqueuedAt: 0,
        timeToLiveMs: 1,
        deliveryCount: 0,
        properties: {},
      },
    });
    const snapshot: QueueRecord[] = [first];
    // There is no room for a snapshot, but there is for the end of the old log.
    const openFile: OpenFile = async (name, flags) => {
      if (isFull && name.endsWith('.new')) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      return await open(name, flags);
    };
    let isFull = false;
    const options = { path, snapshot: () => snapshot, log: undefined, openFile };
    const log = await QueueLog.open({ ...options, validBytes: 0 });
    isFull = true;
    for (const sequenceNumber of [1, 2, 3]) {
      log.append(big(sequenceNumber));
      await log.flushed();
      snapshot.push(big(sequenceNumber));
    }
    await log.close();
    const torn = await open(path, 'a');
    // Longer than what is written after it.
    await torn.write('torn'.repeat(100));
    await torn.close();
    const { validBytes, tornBytes } = await recordsIn(path);
    expect(tornBytes).toBe(400);
    const again = await QueueLog.open({ ...options, validBytes });
    again.append(seen('after'));
    await again.flushed();
    await again.close();
    const { ids, tornBytes: tornAfter } = await recordsIn(path);
    expect(ids).toEqual(['next', 'put', 'put', 'put', 'after']);
    expect(tornAfter).toBe(0);
  });

  it('prevents the start when there is no room even for an empty log', async () => {
    const path = await temporaryLog();
    const { openFile } = new SmallDisk(0);
    const opened = QueueLog.open({
      path,
      snapshot: () => [first],
      validBytes: 0,
      log: undefined,
      openFile,
    });
    await expect(opened).rejects.toThrow(/the disk has no room \(ENOSPC\)/);
    await expect(stat(`${path}.new`)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
