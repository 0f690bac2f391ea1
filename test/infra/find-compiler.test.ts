import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findCompiler, UnusableCompiler } from '../../scripts/infra/compiler/find-compiler.ts';

const NONE = /there is no Bicep compiler: set BICEP .* or install the \.NET SDK/;
let place: string;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'blobmirror-bicep-'));
  // Nothing of this machine: neither its path nor what its azure-cli installed.
  env = { PATH: join(place, 'path'), AZURE_CONFIG_DIR: join(place, 'azure') };
});
afterEach(async () => await rm(place, { recursive: true, force: true }));

const find = async () => await findCompiler(env, join(place, 'restored'));

/** A program that prints a text. @param path from the place of the test */
async function program(path: string, text: string): Promise<string> {
  const file = join(place, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!${process.execPath}\nconsole.log(${JSON.stringify(text)});\n`);
  await chmod(file, 0o755);
  return file;
}

const bicep = async (path: string, version: string): Promise<string> =>
  await program(path, `Bicep CLI version ${version} (b34271ac51)`);

async function pinned(): Promise<string> {
  await bicep('path/bicep', '0.1.0');
  return (await find()).pinned;
}

it('where there is none, one line says how to get one', async () => {
  await expect(find()).rejects.toThrow(NONE);
});

it('BICEP comes first, then the path, then azure-cli, then what NuGet has', async () => {
  const version = await pinned();
  const restored = await bicep(
    `restored/packages/azure.bicep.commandline.linux-x64/${version}/tools/bicep`,
    version,
  );
  expect((await find()).path).toBe(restored);
  const ofAz = await bicep('azure/bin/bicep', version);
  expect((await find()).path).toBe(ofAz);
  const onPath = await bicep('path/bicep', version);
  expect((await find()).path).toBe(onPath);
  env['BICEP'] = await bicep('mine/compiler', version);
  expect(await find()).toEqual({ path: env['BICEP'], version, pinned: version });
});

it('another version than the pinned one is taken where there is no better', async () => {
  const version = await pinned();
  expect(await find()).toMatchObject({ version: '0.1.0', pinned: version });
  const ofAz = await bicep('azure/bin/bicep', version);
  expect((await find()).path).toBe(ofAz);
});

it('BICEP is taken whatever its version is', async () => {
  await bicep('path/bicep', await pinned());
  env['BICEP'] = await bicep('mine/compiler', '99.0.0');
  expect(await find()).toMatchObject({ path: env['BICEP'], version: '99.0.0' });
});

it('a BICEP that is none is named', async () => {
  env['BICEP'] = join(place, 'missing');
  await expect(find()).rejects.toThrow(/missing could not be run: .*ENOENT/);
  // Not as if there were none, which ends the build as not run in place of failed.
  await expect(find()).rejects.toBeInstanceOf(UnusableCompiler);
  env['BICEP'] = await program('mine/other', 'hello');
  await expect(find()).rejects.toThrow(/other is no Bicep compiler/);
});

it('a restore that fails is told with the first line of its reason', async () => {
  await mkdir(join(place, 'path'), { recursive: true });
  await writeFile(
    join(place, 'path/dotnet'),
    `#!${process.execPath}\nconsole.log('error NU1101: no such package');process.exit(1);\n`,
  );
  await chmod(join(place, 'path/dotnet'), 0o755);
  await expect(find()).rejects.toThrow(
    /dotnet could not restore Bicep [\d.]+: error NU1101: no such package$/,
  );
});
