import { execFile } from 'node:child_process';
import { access, glob, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROJECT = new URL('bicep.csproj', import.meta.url);
/** Ignored by Git, as all of node_modules. */
const RESTORED = fileURLToPath(new URL('../../../node_modules/.cache/bicep/', import.meta.url));
const PROGRAM = process.platform === 'win32' ? 'bicep.exe' : 'bicep';

export interface Compiler {
  readonly path: string;
  readonly version: string;
  /** The version that the repository is built with, which the committed files are compared to. */
  readonly pinned: string;
}

/** Nothing to compile with, in one line that says how to get it. */
export class NoCompiler extends Error {}

/** A program that is named or on the path as the compiler, and is not one that runs here. */
export class UnusableCompiler extends Error {}

/**
 * The Bicep compiler: `BICEP` where that is set. Else `bicep` on the path, the one that `az bicep install` installed, or
 * the one that the .NET SDK restores from NuGet into `folder`: the first of the pinned version, else the first of all.
 * @throws NoCompiler or UnusableCompiler
 */
export async function findCompiler(
  env: NodeJS.ProcessEnv = process.env,
  folder: string = RESTORED,
): Promise<Compiler> {
  const pinned = await pinnedVersion();
  const named = env['BICEP'] ?? '';
  if (named !== '') return { path: named, version: await versionOf(named, env), pinned };
  const others: Compiler[] = [];
  for (const path of await installed(env)) {
    const compiler = { path, version: await versionOf(path, env), pinned };
    if (compiler.version === pinned) return compiler;
    others.push(compiler);
  }
  const path = await restored(pinned, env, folder);
  if (path !== undefined) return { path, version: await versionOf(path, env), pinned };
  if (others[0] !== undefined) return others[0];
  throw new NoCompiler(
    `there is no Bicep compiler: set BICEP to one, put bicep ${pinned} on the path, run "az bicep install --version v${pinned}", or install the .NET SDK, which fetches it from NuGet`,
  );
}

async function pinnedVersion(): Promise<string> {
  const version = /<BicepVersion>(.+)<\/BicepVersion>/.exec(await readFile(PROJECT, 'utf8'))?.[1];
  if (version === undefined) throw new Error('bicep.csproj names no BicepVersion');
  return version;
}

async function installed(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  // Where azure-cli keeps it: azure/cli/command_modules/resource/_bicep.py.
  const ofAz = join(env['AZURE_CONFIG_DIR'] ?? join(homedir(), '.azure'), 'bin');
  const folders = [...(env['PATH'] ?? '').split(delimiter), ofAz].filter((folder) => folder !== '');
  const found: string[] = [];
  for (const folder of folders) {
    const path = join(folder, PROGRAM);
    if (await isThere(path)) found.push(path);
  }
  return found;
}

async function restored(
  version: string,
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<string | undefined> {
  const before = await inFolder(version, folder);
  if (before !== undefined) return before;
  const places = [
    '--packages',
    join(folder, 'packages'),
    `-p:MSBuildProjectExtensionsPath=${join(folder, 'obj/')}`,
  ];
  try {
    await run('dotnet', ['restore', fileURLToPath(PROJECT), ...places, '--verbosity', 'quiet'], { env });
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (code === 'ENOENT') return undefined;
    throw new NoCompiler(
      `dotnet could not restore Bicep ${version}: ${(stdout + stderr).trim().split('\n')[0]}`,
    );
  }
  return await inFolder(version, folder);
}

async function inFolder(version: string, folder: string): Promise<string | undefined> {
  for await (const path of glob(`packages/azure.bicep.commandline.*/${version}/tools/${PROGRAM}`, {
    cwd: folder,
  }))
    return join(folder, path);
  return undefined;
}

async function versionOf(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout } = await run(path, ['--version'], { env });
    const version = /\b\d+\.\d+\.\d+\b/.exec(stdout)?.[0];
    if (version !== undefined) return version;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const [reason] = (stderr.trim() || message).split('\n');
    throw new UnusableCompiler(
      `${path} could not be run: ${reason}. Set BICEP to a Bicep compiler, or take ${path} away`,
    );
  }
  throw new UnusableCompiler(
    `${path} is no Bicep compiler: "--version" prints no version. Set BICEP to one, or take ${path} away`,
  );
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
