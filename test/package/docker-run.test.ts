import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { LEAST_RIGHTS } from '../../scripts/image/scene.ts';

it('the command of docs/containers.md runs the image with the rights that image:check gives it', async () => {
  const page = await readFile(new URL('../../docs/containers.md', import.meta.url), 'utf8');
  const [, command = ''] = /```sh\n(docker run .*?)```/s.exec(page) ?? [];
  const words = command.replaceAll('\\\n', ' ').split(/\s+/).filter(Boolean);

  expect(words.filter((word) => LEAST_RIGHTS.includes(word))).toEqual(LEAST_RIGHTS);
  // Nothing takes a right back, and nobody but this machine reaches the port.
  expect(
    words.filter((word) => /^--(?:privileged|cap-add|user|pid|network|volume|mount|tmpfs)/.test(word)),
  ).toEqual([]);
  expect(words[words.indexOf('--publish') + 1]).toBe('127.0.0.1:7071:7071');
});
