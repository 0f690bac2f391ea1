import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveRegistrations } from '../../src/host/load-registrations.ts';

describe('the registrations of a package', () => {
  let root: string;
  let url: URL;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'registrations-'));
    url = pathToFileURL(`${root}/`);
    await mkdir(join(root, 'dist/src/functions/inner'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));

  const write = (file: string, text: string): Promise<void> => writeFile(join(root, file), text);

  it('are the files that the glob in "main" matches, by name', async () => {
    await write('package.json', JSON.stringify({ main: 'dist/src/functions/*.js' }));
    // More of them than a folder returns in the order of their names by chance.
    const names = ['k', 'b', 'h', 'a', 'm', 'd', 'z', 'c', 'y', 'e'].map((name) => `${name}.js`);
    for (const name of [...names, 'a.js.map', 'inner/c.js']) await write(`dist/src/functions/${name}`, '');
    expect(await resolveRegistrations(url)).toEqual(
      names.toSorted().map((name) => new URL(`dist/src/functions/${name}`, url)),
    );
  });

  it('are an error with a hint when there are none', async () => {
    await write('package.json', JSON.stringify({ main: 'dist/src/functions/*.js' }));
    await expect(resolveRegistrations(url)).rejects.toThrow(
      /"main" \(dist.*\*\.js\) matches no file in .*npm run build/,
    );
  });

  it('are an error when package.json has no "main"', async () => {
    await write('package.json', '{}');
    await expect(resolveRegistrations(url)).rejects.toThrow(/has no "main"/);
  });
});
