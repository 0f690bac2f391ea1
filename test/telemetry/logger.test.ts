import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/telemetry/logger.ts';

const folder = mkdtempSync(join(tmpdir(), 'blobmirror-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NAME = 'photos/\u202Egpj.exe\u001B[2J';

/** What a logger writes about a blob of that name. */
function logged(isTerminal: boolean): string {
  const file = join(folder, String(isTerminal));
  const to = openSync(file, 'w');
  const log = createLogger('info', { to, isTerminal }).child({ pass: NAME });
  log.warn('a key failed', {
    key: NAME,
    keys: [{ name: NAME }],
    [NAME]: 1,
    // As an error of an SDK, which holds its request.
    error: Object.assign(new Error(`no ${NAME}`), { code: 'E', request: { url: 'https://x/?sig=secret' } }),
  });
  closeSync(to);
  return readFileSync(file, 'utf8');
}

it.each([true, false])(
  'a log line about an error holds nothing of its request: terminal %s',
  (isTerminal) => {
    const line = logged(isTerminal);
    expect(line).toContain('a key failed');
    expect(line).not.toContain('secret');
  },
);

describe('a log line about a name that turns the direction of text or moves the cursor', () => {
  it('holds it as JSON escapes, and parses to the name', () => {
    const line = logged(false);
    expect(line).toContain(String.raw`photos/\u202egpj.exe\u001b[2J`);
    expect(line).not.toContain('\u202E');
    expect(JSON.parse(line)).toMatchObject({
      msg: 'a key failed',
      pass: NAME,
      key: NAME,
      keys: [{ name: NAME }],
      error: { message: `no ${NAME}` },
    });
  });

  it('shows it as escapes on a terminal', () => {
    const text = logged(true);
    expect(text).toContain(String.raw`a key failed photos/\u{202e}gpj.exe\u{1b}[2J`);
    expect(text).not.toContain('\u202E');
    expect(text).not.toContain('\u001B[2J');
  });
});
