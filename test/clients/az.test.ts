import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type LakeScene, startLakeScene } from './support/lake-scene.ts';
import { runTool } from './support/run-tool.ts';
import { AZ } from './support/tools.ts';
import { tryTool } from './support/try-tool.ts';

let scene: LakeScene;

beforeAll(async () => {
  tryTool(AZ, ['version'], 'az is missing: run "apt-get install azure-cli"');
  scene = await startLakeScene();
  await scene.source.getFileSystemClient('files').create();
});

/**
 * One command of `az storage fs` on the source, which takes a second of a processor. A connection string is all that leads az to an endpoint such as ours:
 * with the name and the key of an account it looks for core.windows.net.
 */
async function az(command: string, ...args: string[]): Promise<unknown> {
  const output = await runTool(AZ, ['storage', 'fs', ...command.split(' '), ...args, '--output=json'], {
    AZURE_STORAGE_CONNECTION_STRING: scene.info.source.connectionString,
    AZURE_CONFIG_DIR: scene.scratch,
    AZURE_CORE_COLLECT_TELEMETRY: 'no',
    AZURE_CORE_ONLY_SHOW_ERRORS: 'yes',
  });
  return output === '' ? undefined : (JSON.parse(output) as unknown);
}

const at = (path: string) => ['--file-system=files', `--path=${path}`];
const directory = (name: string) => ['--file-system=files', `--name=${name}`];

test('az uploads, appends, downloads and deletes files', async () => {
  const local = join(scene.scratch, 'hello');
  await writeFile(local, 'hello');
  await az('file upload', ...at('d/ü 1'), `--source=${local}`);
  await az('file create', ...at('d/log'));
  await az('file append', ...at('d/log'), '--content=more');
  expect(await az('file show', ...at('d/ü 1'))).toMatchObject({ name: 'd/ü 1', size: 5 });
  await az('file metadata update', ...at('d/ü 1'), '--metadata', 'colour=blue');
  expect(await az('file metadata show', ...at('d/ü 1'))).toEqual({ colour: 'blue' });
  await az('file download', ...at('d/ü 1'), `--destination=${local}.back`);
  expect(await readFile(`${local}.back`, 'utf8')).toBe('hello');
  expect(await az('file list', '--file-system=files', '--query=[].name')).toEqual(['d', 'd/log', 'd/ü 1']);
  await az('file delete', ...at('d/log'), '--yes');
  expect(await scene.paths('files')).toEqual(['d', 'd/ü 1']);
});

test('az makes, renames and deletes directories', async () => {
  await az('directory create', ...directory('a/b'));
  await az('directory move', ...directory('a/b'), '--new-directory=files/moved');
  await az('directory move', ...directory('d'), '--new-directory=files/moved/d');
  await az('file move', ...at('moved/d/ü 1'), '--new-path=files/g');
  expect(await scene.paths('files')).toEqual(['a', 'g', 'moved', 'moved/d']);
  await az('directory delete', ...directory('moved'), '--yes');
  expect(await scene.paths('files')).toEqual(['a', 'g']);
});

test('az reads and sets access control, of one path and of all below one', async () => {
  await az('file create', ...at('t/f'));
  await az('access set', ...at('t/f'), '--permissions=rwxr-x--x');
  expect(await az('access show', ...at('t/f'))).toMatchObject({ permissions: 'rwxr-x--x' });
  const acl = '--acl=user::rwx,group::r-x,other::---';
  const counters = { directoriesSuccessful: 1, filesSuccessful: 1, failureCount: 0 };
  expect(await az('access set-recursive', ...at('t'), acl)).toMatchObject({ counters });
  await az('access update-recursive', ...at('t'), '--acl=user:ann:rwx');
  expect(await az('access show', ...at('t/f'))).toMatchObject({
    acl: 'user::rwx,user:ann:rwx,group::r-x,mask::rwx,other::---',
    permissions: 'rwxrwx---+',
  });
  await az('access remove-recursive', ...at('t'), '--acl=user:ann');
  expect(await az('access show', ...at('t'))).toMatchObject({ permissions: 'rwxr-x---' });
});
