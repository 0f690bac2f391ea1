import { describe, expect, it } from 'vitest';
import { type EngineRefusals, createEngineRefusals } from '../../../src/azure/copy/judge-copy.ts';

const MINUTE = 60_000;

describe('what is remembered of the ways that an account refuses', () => {
  function start(): { ways: EngineRefusals<string>; pass: (ms: number) => void } {
    let now = 0;
    return { ways: createEngineRefusals(() => now), pass: (ms) => (now += ms) };
  }

  it('is nothing after one odd blob, or after several with one in between that went well', () => {
    const { ways } = start();
    for (let i = 0; i < 10; i++) {
      ways.record('a', 'key-specific');
      ways.record('a', 'key-specific');
      expect(ways.isRefused('a')).toBe(false);
      ways.clear('a');
    }
  });

  it('is for ten minutes what was refused three times in a row, and then one blob asks again', () => {
    const { ways, pass } = start();
    for (let i = 0; i < 3; i++) ways.record('a', 'key-specific');
    expect([ways.isRefused('a'), ways.isRefused('b')]).toEqual([true, false]);
    pass(10 * MINUTE);
    expect(ways.isRefused('a')).toBe(false);
    ways.record('a', 'key-specific');
    expect(ways.isRefused('a')).toBe(true);
    pass(10 * MINUTE);
    ways.clear('a');
    ways.record('a', 'key-specific');
    expect(ways.isRefused('a')).toBe(false);
  });

  it('is for an hour what the service does not have', () => {
    const { ways, pass } = start();
    ways.record('a', 'unsupported');
    pass(59 * MINUTE);
    expect(ways.isRefused('a')).toBe(true);
    pass(MINUTE);
    expect(ways.isRefused('a')).toBe(false);
  });

  it('is for good what did something else, since to ask again would cost a version', () => {
    const { ways, pass } = start();
    ways.record('a', 'wrong-result');
    pass(1e12);
    expect(ways.isRefused('a')).toBe(true);
  });
});
