import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeJson } from '../../src/model/write-json.ts';

describe('a value as JSON text', () => {
  it('is what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(writeJson(value)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('is written however deep it is nested', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const text = `${open.repeat(200_000)}1${close.repeat(200_000)}`;
      expect(writeJson(JSON.parse(text)) === text).toBe(true);
    }
  });

  it('is cut where it would be longer than it may be, also of what contains itself', () => {
    const endless: unknown[] = [1];
    endless.push(endless);
    expect(writeJson(endless, 7)).toBe('[1,[1,[');
    expect(writeJson(['abc'], 3)).toBe('["a');
    expect(writeJson([1], 3)).toBe('[1]');
  });

  it('has null for what JSON cannot tell, digits for large numbers and base64 for bytes', () => {
    const odd = [undefined, Number.NaN, 2n ** 70n, Buffer.from('hi'), new Date(0), Symbol('s')];
    expect(writeJson(odd)).toBe('[null,null,1180591620717411303424,"aGk=","1970-01-01T00:00:00.000Z",null]');
  });
});
