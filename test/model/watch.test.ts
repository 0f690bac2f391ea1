import { describe, expect, it } from 'vitest';
import { parseHistory, toProperties } from '../../src/model/hint-message.ts';
import { parseKey } from '../../src/model/key.ts';
import type { Watch } from '../../src/model/watch.ts';

const NOW = new Date('2026-11-29T12:00:00Z');
const WATCH: Watch = {
  since: NOW,
  looks: 3,
  copies: 2,
  pauseMs: 120_000,
  found: 'copied',
  isEmpty: false,
};
const HELD = [{ key: parseKey('photos', 'ä/"b" \u{1F48E}'), reason: 'source-still-changing' } as const];
const plain = parseHistory({}, 'm1', NOW);
const read = (properties: Record<string, unknown>) => parseHistory(properties, 'm1', NOW);

describe('what earlier checks found', () => {
  it('goes into the properties of a message and comes out as it was', () => {
    const properties = toProperties({ ...plain, mirrored: true, watch: WATCH, held: HELD });
    expect(read(properties)).toMatchObject({ mirrored: true, watch: WATCH, held: HELD });
  });

  it('takes no property where there is none', () => {
    const names = Object.keys(toProperties({ ...plain, held: [] }));
    expect(names.filter((name) => /watch|held/.test(name))).toEqual([]);
    expect(read(toProperties(plain))).toMatchObject({ watch: undefined, held: undefined, mirrored: false });
  });

  it.each(['', '{', '[]', '{"since":"never"}', JSON.stringify({ ...WATCH, pauseMs: -1 }), 7, null])(
    'begins anew where it cannot be read: %j',
    (text) => {
      expect(read({ 'blobmirror-watch': text }).watch).toBeUndefined();
    },
  );

  it.each(['', '{}', '[["photos","a","for fun"]]', '[["NO","","source-still-written"]]'])(
    'holds the live point back where the names of what is held cannot be read: %j',
    (text) => {
      const properties = { 'blobmirror-mirrored': true, 'blobmirror-held': text };
      expect(read(properties)).toMatchObject({ held: undefined, mirrored: false });
    },
  );
});
