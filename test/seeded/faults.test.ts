import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { putIn } from './fault.ts';
import { type Report, judgeReport } from './judge-report.ts';
import { listFaults, nearTests } from './list-faults.ts';

const rooms = await listFaults();
const faults = [...rooms.values()].flat();

describe('the list of seeded faults', () => {
  it('has a name for each', () => {
    const names = faults.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(names.length).toBeGreaterThan(300);
  });

  it.each(faults)('fits the source: $name', (fault) => {
    const text = readFileSync(new URL(`../../${fault.path}`, import.meta.url), 'utf8');
    expect(putIn(fault, text)).not.toBe(text);
    expect(nearTests(fault)).not.toEqual([]);
    // They run what was built.
    expect(nearTests(fault).filter((file) => /^test\/(?:e2e|package|browser)\//.test(file))).toEqual([]);
  });
});

describe('a fault', () => {
  const fault = { name: 'a fault', path: 'src/a.ts', from: 'a < b', to: 'a $& b', near: [] };

  it('is put in once', () => {
    expect(putIn(fault, 'if (a < b) return')).toBe('if (a $& b) return');
  });

  it.each(['if (a > b)', 'a < b && a < b'])('is out of date in %o', (text) => {
    expect(() => putIn(fault, text)).toThrow(/"a fault" is out of date.*src\/a\.ts/);
  });
});

describe('a fault is noticed', () => {
  const FAILED = {
    fullName: 'it',
    status: 'failed',
    failureMessages: ['AssertionError: expected 1 to be 2'],
  };
  const TIMED_OUT = { ...FAILED, failureMessages: ['Error: Test timed out in 5000ms.'] };
  const PASSED = { fullName: 'it', status: 'passed', failureMessages: [] };
  const report = (
    assertionResults: Report['testResults'][number]['assertionResults'],
    message = '',
    errors: readonly string[] = [],
  ): Report => ({
    errors,
    testResults: [{ name: 'a.test.ts', message, assertionResults }],
  });

  it('when a test fails', () => {
    expect(judgeReport(report([PASSED, TIMED_OUT, FAILED]), true)).toEqual({
      kind: 'noticed',
      by: 'it',
      file: 'a.test.ts',
    });
  });

  it.each([
    ['tests pass', report([PASSED]), true, /1 tests passed/],
    ['a test only hangs', report([PASSED, TIMED_OUT]), true, /timed out/],
    [
      'a file cannot be imported',
      report([], 'SyntaxError: no\nat x'),
      true,
      /could not be run: SyntaxError: no$/,
    ],
    ['no test runs', report([{ ...PASSED, status: 'skipped' }]), true, /no test ran/],
    ['the source is not loaded', report([FAILED]), false, /no test loads/],
    [
      'a process dies',
      report([PASSED], '', ['Worker exited']),
      true,
      /no test failed, beside: Worker exited/,
    ],
    ['there is no report', undefined, true, /died/],
  ])('but not when %s', (_, given, isLoaded, why) => {
    expect(judgeReport(given, isLoaded)).toEqual({
      kind: 'unnoticed',
      why: expect.stringMatching(why) as string,
    });
  });
});
