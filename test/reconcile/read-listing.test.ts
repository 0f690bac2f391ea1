import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKnownOrder } from '../../src/reconcile/read-listing.ts';
import { comesBeforeByPoint } from '../../src/model/listing-order.ts';

const [HALF_WIDTH, FACE] = ['\u{ff71}', '\u{1f600}'];

describe('the order of a flat listing', () => {
  it('is by code units until two neighbours show that it is by code points', () => {
    const order = createKnownOrder({ hierarchical: false });
    expect(order.isBefore(FACE, HALF_WIDTH)).toBe(true);
    expect(order.accepts('a', 'b')).toBe(true);
    expect(order.accepts(HALF_WIDTH, FACE)).toBe(true);
    expect(order.isBefore(FACE, HALF_WIDTH)).toBe(false);
    expect(order.accepts(FACE, HALF_WIDTH)).toBe(false);
  });

  it('is unknown where two neighbours are in neither', () => {
    const order = createKnownOrder({ hierarchical: false });
    expect(order.accepts('b', 'a')).toBe(false);
    expect(order.accepts('a', 'a')).toBe(false);
  });

  it('by code points is that of the bytes', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '/', '\u{7ff}', '\u{d7ff}', '\u{e000}', HALF_WIDTH, FACE),
    });
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(comesBeforeByPoint(one, other)).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0);
      }),
    );
  });
});

it('a tree has one order', () => {
  const order = createKnownOrder({ hierarchical: true });
  expect(order.accepts('a/b', 'a-b')).toBe(true);
  expect(order.accepts(HALF_WIDTH, FACE)).toBe(false);
});
