import { describe, expect, it } from 'vitest';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import type { Health, Status } from '../../src/api/status.ts';
import {
  type HistoryDocument,
  addSample,
  lastLive,
  recordSample,
  toSamples,
} from '../../src/status/history.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const START = Date.parse('2026-11-25T12:00:00Z');
const minute = (number: number): string => new Date(START + number * 60_000).toISOString();
const OK: Health = { status: 'ok', problems: [] };
const BAD: Health = { status: 'failing', problems: [{ code: 'live-behind', detail: 'Late.' }] };
const sample = (number: number) => ({
  at: minute(number),
  provenAgeMs: null,
  liveAgeMs: number,
  canaryAgeMs: 1100,
});

describe('the history', () => {
  it('keeps a sample a minute of the last day, in a document that stays small', () => {
    let document: HistoryDocument | undefined;
    for (let n = 0; n < 3000; n++) document = addSample(document, sample(n), OK) ?? document;
    const samples = toSamples(document);
    expect(samples).toHaveLength(1440);
    expect(samples.at(-1)).toEqual(sample(2999));
    expect(samples[0]).toEqual(sample(2999 - 1439));
    expect(document?.since).toBe(minute(0));
    expect(JSON.stringify(document).length).toBeLessThan(100_000);
  });

  it('keeps the newest where workers take more than one a minute', () => {
    let document: HistoryDocument | undefined;
    for (let n = 0; n < 1500; n++) document = addSample(document, sample(n / 2), OK) ?? document;
    const samples = toSamples(document);
    expect(samples).toHaveLength(1440);
    expect(samples.at(-1)).toEqual(sample(1499 / 2));
  });

  it('takes one of a moment, whoever else has one', () => {
    const document = addSample(undefined, sample(1), OK);
    expect(addSample(document, { ...sample(1), liveAgeMs: 9 }, OK)).toBeUndefined();
  });

  it('drops samples of a clock that was ahead, and those of more than a day ago', () => {
    const at = (...minutes: readonly number[]): HistoryDocument => ({
      since: minute(0),
      health: { status: 'ok', codes: [] },
      samples: minutes.map((each) => [Date.parse(minute(each)) / 1000, null, null, null] as const),
    });
    const kept = addSample(at(0, 1, 1440, 1500), sample(1441), OK)?.samples.map(([time]) => time * 1000);
    expect(kept).toEqual([1440, 1441].map((each) => Date.parse(minute(each))));
  });

  it('keeps since when there is one, and takes an earlier start for it', () => {
    const document = addSample(undefined, sample(5), OK);
    expect(addSample(document, sample(9), OK)?.since).toBe(minute(5));
    expect(addSample(document, sample(2), OK)?.since).toBe(minute(2));
  });

  it('knows the last live recovery point, whenever that was', () => {
    let document: HistoryDocument | undefined;
    for (const [n, liveAgeMs] of [
      [0, 1000],
      [1, 2000],
      [2, null],
    ] as const)
      document = addSample(document, { ...sample(n), liveAgeMs }, OK) ?? document;
    expect(document && lastLive(document)).toBe(Date.parse(minute(1)) - 2000);
  });

  it('is empty before the first', () => {
    expect(toSamples(undefined)).toEqual([]);
  });
});

describe('a sample that is recorded', () => {
  const status = (number: number, health: Health): Status =>
    ({
      at: minute(number),
      statement: 'live up to 12:00:00',
      health,
      recovery: { proven: null, live: { at: minute(0), ageMs: number }, canary: { state: 'off' } },
    }) as unknown as Status;

  it('is told of in the log when health turns, and when it comes back, by one of many workers', async () => {
    const documents = new MemoryDocuments().through(immediately);
    const log = createSilentLogger();
    const record = async (number: number, health: Health): Promise<void> => {
      const workers = [1, 2, 3].map(async () => await recordSample(documents, log, status(number, health)));
      await Promise.all(workers);
    };
    await record(0, OK);
    await record(1, BAD);
    await record(2, BAD);
    await record(3, OK);
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        message: 'the mirror is not well',
        fields: { statement: 'live up to 12:00:00', problems: BAD.problems },
      },
      { level: 'info', message: 'the mirror is well again' },
    ]);
    const stored = await documents.read('recovery/history');
    expect(toSamples(stored?.value as HistoryDocument)).toHaveLength(4);
  });
});
