import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { listAt, manifestsOf, readKubernetesFiles, textAt } from '../../scripts/deploy/manifests.ts';
import { listPages, readText } from '../../scripts/house/read-house.ts';
import { LEAST_RIGHTS } from '../../scripts/image/scene.ts';
import { readDockerfile, textOf } from '../package/support/read-dockerfile.ts';

const page = await readFile(new URL('../../docs/containers.md', import.meta.url), 'utf8');

it('the command of docs/containers.md runs the image with the rights that image:check gives it', () => {
  const [, command = ''] = /```sh\n(docker run .*?)```/s.exec(page) ?? [];
  const words = command.replaceAll('\\\n', ' ').split(/\s+/).filter(Boolean);

  expect(words.filter((word) => LEAST_RIGHTS.includes(word))).toEqual(LEAST_RIGHTS);
  // Nothing takes a right back, and nobody but this machine reaches the port.
  expect(
    words.filter((word) => /^--(?:privileged|cap-add|user|pid|network|volume|mount|tmpfs)/.test(word)),
  ).toEqual([]);
  expect(words[words.indexOf('--publish') + 1]).toBe('127.0.0.1:7071:7071');
});

it('docs/containers.md pins the base image that the Dockerfile names', async () => {
  const from = textOf(await readDockerfile(), 'FROM');
  expect(/imagetools inspect (\S+)/.exec(page)?.[1]).toBe(from.replace(/@.*/, ''));
});

it('docs/containers.md explains the numbers that both deployments scale by', async () => {
  const [scaled] = manifestsOf(await readKubernetesFiles()).filter(({ kind }) => kind === 'ScaledObject');
  const [events, slices] = listAt(scaled?.content, 'spec', 'triggers').map((each) =>
    textAt(each, 'metadata', 'messageCount'),
  );
  expect(page).toContain(`- **${events} events**`);
  expect(page).toContain(`- **${slices} slices of a full sync**`);
  const app = await readFile(new URL('../../deploy/container-apps/main.bicep', import.meta.url), 'utf8');
  expect([...app.matchAll(/messages: (\d+)/g)].map(([, number]) => number)).toEqual([events, slices]);
});

it('what a page would show of a deployment is a file, which is checked, and a link to it', () => {
  const pages = listPages().filter((path) =>
    /^```(?:ya?ml|bicep|bicepparam|dockerfile)\b/m.test(readText(path)),
  );
  expect(pages).toEqual([]);
  const files = [
    'kubernetes/',
    'kubernetes/settings.env',
    'container-apps/main.bicep',
    'container-apps/example.bicepparam',
  ];
  for (const file of files) expect(page).toContain(`](../deploy/${file})`);
});
