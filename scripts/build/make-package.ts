import { chmodSync, copyFileSync, cpSync, globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundle } from './bundle.ts';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: unknown;
}

/**
 * What Azure Functions deploys, what a container image holds and what the `blobmirror` command runs from, in an empty
 * folder. It needs no node_modules, except that `blobmirror start` needs @blobmirror/local. Resolves to the files that
 * were bundled.
 */
export async function makePackage(out: string): Promise<readonly string[]> {
  const functions = globSync('src/functions/*.ts').map((file) => basename(file, '.ts'));
  const inputs = await bundle(
    {
      'cli/main': 'src/cli/main.ts',
      ...Object.fromEntries(functions.map((name) => [`functions/${name}`, `src/functions/${name}.ts`])),
    },
    out,
  );
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(packageJson(), undefined, 2)}\n`);
  writeFileSync(join(out, 'NOTICES.txt'), notices(inputs));
  // What Node keeps compiled when the command runs from here is not for another machine.
  writeFileSync(join(out, '.funcignore'), '.compile-cache\n');
  for (const file of ['host.json', 'LICENSE']) copyFileSync(file, join(out, file));
  cpSync('dist/dashboard', join(out, 'dashboard'), { recursive: true });
  // For npm's links to it, where files have such a mode.
  chmodSync(join(out, 'cli/main.js'), 0o755);
  return inputs;
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
function notices(inputs: readonly string[]): string {
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
