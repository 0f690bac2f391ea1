import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const BUILD = fileURLToPath(new URL('../../scripts/infra/build.ts', import.meta.url));
let place: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'blobmirror-build-'));
});
afterEach(async () => await rm(place, { recursive: true, force: true }));

/** Checks infra/ with a compiler that does as a script says, and leaves its files in a folder of the test. */
async function checkWith(script: string) {
  const compiler = join(place, 'bicep');
  const text = `if (process.argv[2] === '--version') console.log('Bicep CLI version 0.0.1');\nelse { ${script} }\n`;
  await writeFile(compiler, `#!${process.execPath}\n${text}`);
  await chmod(compiler, 0o755);
  const temporary = join(place, 'temporary files');
  await mkdir(temporary);
  const child = spawn(process.execPath, [BUILD, '--check'], {
    env: { ...process.env, BICEP: compiler, TMPDIR: temporary, TEMP: temporary },
  });
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise((resolve) => child.once('close', resolve));
  return { status, stderr: Buffer.concat(chunks).toString(), left: await readdir(temporary) };
}

it('a compiler that prints nothing has made no template', async () => {
  const { status, stderr, left } = await checkWith('');
  expect(stderr).toContain('infra/main.bicep:\nthe compiler printed no template');
  expect({ status, left }).toEqual({ status: 1, left: [] });
});

it('a compiler that crashes is told of with its reason, and nothing is left', async () => {
  const { status, stderr, left } = await checkWith('console.error("Unhandled exception"); process.abort();');
  expect(stderr).toContain('infra/main.bicep:\nUnhandled exception');
  expect({ status, left }).toEqual({ status: 1, left: [] });
});

it('a build that is interrupted leaves nothing', async () => {
  const { status, left } = await checkWith('process.kill(process.ppid, "SIGINT");');
  expect({ status, left }).toEqual({ status: 130, left: [] });
});
