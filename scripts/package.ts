/**
 * Makes `dist/package`, or the folder that is named: what Azure Functions deploys, what a container image holds and what
 * the `blobmirror` command runs from. It needs no node_modules, except that `blobmirror start` needs azurite.
 */
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: unknown;
}

const out = resolve(process.argv[2] ?? 'dist/package');
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

rmSync(out, { recursive: true, force: true });
const functions = readdirSync('src/functions')
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));
const inputs = await bundle(
  {
    'cli/main': 'src/cli/main.ts',
    ...Object.fromEntries(functions.map((name) => [`functions/${name}`, `src/functions/${name}.ts`])),
  },
  out,
);
write('package.json', `${JSON.stringify(packageJson(), undefined, 2)}\n`);
write('NOTICES.txt', notices());
// What Node keeps compiled when the command runs from here is not for another machine.
write('.funcignore', '.compile-cache\n');
for (const file of ['host.json', 'LICENSE']) copyFileSync(file, join(out, file));
if (existsSync('dist/dashboard')) cpSync('dist/dashboard', join(out, 'dashboard'), { recursive: true });

function write(file: string, text: string): void {
  writeFileSync(join(out, file), text);
}

function packageJson(): object {
  const { name, version, description, license, engines } = readPackageJson('.');
  return {
    name,
    version,
    description,
    license,
    engines,
    private: true,
    type: 'module',
    main: 'functions/*.js',
    bin: { blobmirror: 'cli/main.js' },
  };
}

/** The licenses of all that is bundled, which ask to come along. */
function notices(): string {
  const folders = inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)]
    .toSorted()
    .map(noticeOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function noticeOf(folder: string): string {
  const { name, version, license } = readPackageJson(folder);
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  return `${name} ${version} (${license})\n${text}`;
}

function readPackageJson(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}
