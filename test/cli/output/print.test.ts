import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { printData, printEach, printLine, printMessage, printScreen } from '../../../src/cli/output/print.ts';

const NAME = 'photos/\u202Egpj.exe\u001B[2J';
const SHOWN = String.raw`photos/\u{202e}gpj.exe\u{1b}[2J`;

/** What is written to a stream meanwhile. */
async function written(stream: 'stdout' | 'stderr', act: () => unknown): Promise<string> {
  let text = '';
  vi.spyOn(process[stream], 'write').mockImplementation((chunk, done?: unknown) => {
    text += String(chunk);
    if (typeof done === 'function') (done as () => void)();
    return true;
  });
  await act();
  return text;
}

afterEach(() => vi.restoreAllMocks());

describe('whatever a command prints', () => {
  it('as text shows unsafe characters as escapes', async () => {
    expect(await written('stderr', () => printMessage(`no ${NAME}\nnext`))).toBe(`no ${SHOWN}\nnext\n`);
    expect(await written('stdout', () => printLine(NAME, 'table'))).toBe(`${SHOWN}\n`);
    expect(await written('stdout', () => printScreen(`${NAME}\n`))).toContain(`${SHOWN}\n`);
    const data = async () => await printData({ output: 'table' }, NAME, (name) => `${name}\nb\n`);
    expect(await written('stdout', data)).toBe(`${SHOWN}\nb\n`);
  });

  it('as JSON holds them as escapes, and parses to the same value', async () => {
    const value = { path: NAME };
    async function* lines(): AsyncIterable<string> {
      yield await Promise.resolve(JSON.stringify(value));
    }
    for (const act of [
      async () => await printData({ output: 'json' }, value, String),
      async () => await printEach(lines(), 'json'),
      () => printLine(JSON.stringify(value), 'json'),
    ]) {
      const text = await written('stdout', act);
      expect(text).toContain(String.raw`photos/\u202egpj.exe\u001b[2J`);
      expect(JSON.parse(text)).toEqual(value);
    }
  });
});

describe('lines that are exported', () => {
  /** A standard output that is full after each line, until the test drains it. */
  function fill(lines: number) {
    const printed: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      printed.push(String(chunk));
      return false;
    });
    let asked = 0;
    const ended = printEach(
      (async function* () {
        for (; asked < lines; asked++) yield await Promise.resolve(`${asked}`);
      })(),
      'table',
    );
    return { printed, ended, asked: () => asked };
  }

  it('are written no faster than they are read', async () => {
    const { printed, ended } = fill(3);
    for (const expected of [1, 2, 3]) {
      await nextTurn();
      expect(printed).toHaveLength(expected);
      process.stdout.emit('drain');
    }
    await ended;
  });

  it('end with their reader', async () => {
    const { printed, ended, asked } = fill(1000);
    await nextTurn();
    vi.spyOn(process.stdout, 'errored', 'get').mockReturnValue(new Error('EPIPE'));
    process.stdout.emit('drain');
    await ended;
    expect([printed.length, asked()]).toEqual([1, 0]);
  });
});
