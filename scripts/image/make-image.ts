import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EndOfCheck } from './end-of-check.ts';
import { CommandFailed, type Engine, runProgram } from './engine.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Marks what this check made, so that what one that was killed left is found by the next. */
export const LABEL = 'blobmirror.image-check';

export interface Image {
  /** The image that the Dockerfile builds on. */
  readonly base: string;
  readonly isBaseMade: boolean;
  readonly name: string;
  /** In bytes: what the image adds to its base. */
  readonly added: number;
}

/** Builds the Dockerfile as it is. Its base image is the one that is there, or one made of the Node that runs this. */
export async function makeImage(engine: Engine, end: EndOfCheck): Promise<Image> {
  const from = await baseOfDockerfile();
  const isBaseMade = (await isMadeByUs(engine, from)) ?? true;
  if (isBaseMade) await makeBase(engine, from, end);

  const name = `localhost/blobmirror-image-check:${process.pid}`;
  end.add(async () => void (await engine.run(['image', 'rm', '--force', name], { signal: undefined })));
  const isPodman = engine.kind === 'podman';
  await engine.run([
    'build',
    '--network=none',
    `--tag=${name}`,
    `--label=${LABEL}=image`,
    // Podman's own format has no health check.
    ...(isPodman ? ['--format', 'docker', '--pull=never'] : ['--pull=false']),
    ROOT,
  ]);
  return { base: from, isBaseMade, name, added: (await sizeOf(engine, name)) - (await sizeOf(engine, from)) };
}

async function baseOfDockerfile(): Promise<string> {
  const text = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
  const [, from] = /^FROM\s+(\S+)\s*$/m.exec(text) ?? [];
  if (from === undefined) throw new Error('the Dockerfile should have one FROM with one image');
  return /^[^/]+\.[^/]+\//.test(from) ? from : `docker.io/library/${from}`;
}

/** Whether it is there, and made by this check; undefined when it is not there. */
async function isMadeByUs(engine: Engine, image: string): Promise<boolean | undefined> {
  const format = `{{index .Config.Labels "${LABEL}"}}`;
  try {
    return (await engine.run(['image', 'inspect', '--format', format, image])).trim() === 'base';
  } catch (error) {
    if (error instanceof CommandFailed) return undefined;
    throw error;
  }
}

async function sizeOf(engine: Engine, image: string): Promise<number> {
  return Number(await engine.run(['image', 'inspect', '--format', '{{.Size}}', image]));
}

/** Node, the libraries that it loads, and the user of the image. Nothing is downloaded. */
async function makeBase(engine: Engine, image: string, end: EndOfCheck): Promise<void> {
  if (process.platform !== 'linux' || image.includes('@'))
    throw new Error(`${image} is not there and cannot be made of the Node that is here: pull it first`);
  const folder = await mkdtemp(join(tmpdir(), 'blobmirror-base-'));
  const remove = async () => await rm(folder, { recursive: true, force: true });
  end.add(remove);
  const root = join(folder, 'root');
  await copyInto(root, process.execPath, '/usr/local/bin/node');
  for (const library of await librariesOf(process.execPath)) await copyInto(root, library, library);
  await mkdir(join(root, 'etc'));
  await writeFile(
    join(root, 'etc/passwd'),
    'root:x:0:0::/root:/bin/false\nnode:x:1000:1000::/home/node:/bin/false\n',
  );
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  await mkdir(join(root, 'tmp'));
  await chmod(join(root, 'tmp'), 0o1777);
  const tar = join(folder, 'root.tar');
  await runProgram('tar', ['-C', root, '--owner=0', '--group=0', '--numeric-owner', '-cf', tar, '.']);

  // Gone at the end: a later build must not take it for the image of the registry.
  end.add(async () => void (await engine.run(['image', 'rm', '--force', image], { signal: undefined })));
  const changes = ['ENV PATH=/usr/local/bin', `LABEL ${LABEL}=base`].flatMap((change) => [
    '--change',
    change,
  ]);
  await engine.run(['import', ...changes, tar, image]);
  await remove();
}

/** The paths of the shared libraries and of the loader, as the loader itself finds them. */
async function librariesOf(program: string): Promise<readonly string[]> {
  const listed = await runProgram('ldd', [program]);
  const paths = listed.split('\n').flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  if (paths.length === 0) throw new Error(`ldd names no library of ${program}:\n${listed}`);
  return paths;
}

async function copyInto(root: string, file: string, as: string): Promise<void> {
  const target = join(root, as);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(file, target);
}
