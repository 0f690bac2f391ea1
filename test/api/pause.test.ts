import { describe, expect, it } from 'vitest';
import { parsePauseRequest } from '../../src/api/pause.ts';

describe('a request for a pause', () => {
  it('may say why, in one line of any language', () => {
    expect(parsePauseRequest({ reason: ' Umzug – 引っ越し ' })).toEqual({ reason: 'Umzug – 引っ越し' });
    expect(parsePauseRequest({})).toEqual({});
  });

  it.each(['two\nlines', 'clear\u001B[2J', 'turned \u202Eround', '', 'x'.repeat(501), 7])(
    'is refused for the reason %j',
    (reason) => {
      expect(() => parsePauseRequest({ reason })).toThrow(/the request is invalid: reason: /);
    },
  );
});
