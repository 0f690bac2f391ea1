import { describe, expect, it } from 'vitest';
import { parseEtag } from '../../src/model/etag.ts';
import { type EndRecord, type KeptVersion, lifetimesOf, versionAt } from '../../src/model/history.ts';

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 12, minute));

/** Written at a minute, and created then, too, unless told otherwise. */
function version(minute: number, changes: Partial<KeptVersion> = {}): KeptVersion {
  return {
    id: at(minute).toISOString(),
    etag: parseEtag(`0x${minute}`),
    writtenAt: at(minute),
    createdAt: at(minute),
    size: 1,
    kind: 'block',
    stamp: undefined,
    isCurrent: false,
    isSoftDeleted: false,
    isUnfinished: false,
    ...changes,
  };
}

const record = (minute: number, of: KeptVersion, why: EndRecord['why'] = 'absent-at-source'): EndRecord => ({
  etag: of.etag,
  at: at(minute),
  why,
});

/** As minutes: `[from, to, why]`. */
function told(versions: readonly KeptVersion[], records: readonly EndRecord[] = []) {
  const minute = (moment: Date | 'unknown' | undefined) =>
    moment instanceof Date ? moment.getUTCMinutes() : moment;
  return lifetimesOf({ versions, records }).map(({ from, to, why }) => [minute(from), minute(to), why]);
}

describe('the lifetimes of the versions of a key', () => {
  const first = version(1);
  const over = version(5, { createdAt: at(1) });
  const current = { isCurrent: true } as const;

  it('end with the next one, and the last one lasts', () => {
    expect(told([first, { ...over, ...current }])).toEqual([
      [1, 5, 'overwritten'],
      [5, undefined, undefined],
    ]);
  });

  it('end at the record of their deletion, for the reason that it gives', () => {
    expect(told([first], [record(3, first, 'replaced')])).toEqual([[1, 3, 'replaced']]);
  });

  it('leave a gap until the key was written again', () => {
    expect(told([first, version(5, current)], [record(3, first)])).toEqual([
      [1, 3, 'absent-at-source'],
      [5, undefined, undefined],
    ]);
  });

  it.each([
    ['that is still there', { ...first, ...current }, [], [[1, undefined, undefined]]],
    ['that was overwritten', first, [{ ...over, ...current }], [[1, 5, 'overwritten']]],
    [
      'that was overwritten, where nobody knows when the next one was created',
      first,
      [{ ...over, ...current, createdAt: undefined }],
      [[1, 5, 'overwritten']],
    ],
  ])('take no notice of a record of a version %s', (_what, recorded, later, expected) => {
    expect(told([recorded, ...later], [record(3, first)]).slice(0, 1)).toEqual(expected);
  });

  it('end at the last of several records, and not at one of another version', () => {
    expect(told([first], [record(2, first), record(4, first), record(6, over)])).toEqual([
      [1, 4, 'absent-at-source'],
    ]);
  });

  it('end at a record in the second in which the key was created again', () => {
    expect(told([first, version(5, current)], [record(5, first)])[0]).toEqual([1, 5, 'absent-at-source']);
  });

  it.each([
    ['was made again in the second of its record', 400, 0, 900, 'absent-at-source'],
    ['was overwritten later than it was created', 400, 0, 1_000, 'overwritten'],
    ['was made again before its record', 1_900, 0, 900, 'overwritten'],
  ])(
    'tell a key that %s, though the service gives whole seconds',
    (_what, recorded, created, written, why) => {
      const ms = (milliseconds: number): Date => new Date(at(5).getTime() + milliseconds);
      const next = version(5, { createdAt: ms(created), writtenAt: ms(written), ...current });
      const kept = { versions: [first, next], records: [{ ...record(5, first), at: ms(recorded) }] };
      expect(lifetimesOf(kept)[0]?.why).toBe(why);
    },
  );

  it('have an unknown end where another program deleted', () => {
    expect(told([first])).toEqual([[1, 'unknown', undefined]]);
    expect(versionAt(lifetimesOf({ versions: [first], records: [] }), at(9))?.version).toBe(first);
  });

  it('go on through copies that were not finished, which are no versions', () => {
    const half = version(3, { isUnfinished: true, createdAt: at(1) });
    expect(told([first, half, over])).toEqual([
      [1, 5, 'overwritten'],
      [5, 'unknown', undefined],
    ]);
  });

  it('begin when they were written and end before their last moment', () => {
    const lifetimes = lifetimesOf({ versions: [first, version(5, current)], records: [record(3, first)] });
    expect([0, 1, 2, 3, 4, 5, 6].map((minute) => versionAt(lifetimes, at(minute))?.version.etag)).toEqual([
      undefined,
      '0x1',
      '0x1',
      undefined,
      undefined,
      '0x5',
      '0x5',
    ]);
  });
});
