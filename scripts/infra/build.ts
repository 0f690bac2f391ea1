// Formats the Bicep, compiles infra/ to azuredeploy.json, and writes the snapshots of the walk-throughs, with the Bicep
// compiler. With --check it writes nothing, and names the files that would change. A warning of the linter is a fault in
// either case. Exits with 1 when something is wrong, and with 3 when there is no compiler, as image:check
// does when nothing runs containers.
import { rmSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { compile, format, snapshot, type Compiled } from './compiler/compile.ts';
import { type Compiler, findCompiler, NoCompiler, UnusableCompiler } from './compiler/find-compiler.ts';
import { BUILT, CONTAINER_APP, digestsOf, FOLDERS, MAIN, readSources, TEMPLATE } from './sources.ts';

const NO_COMPILER = 3;
const root = new URL('../../', import.meta.url);
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

try {
  const compiler = await findCompiler();
  if (compiler.version !== compiler.pinned)
    console.error(
      `Bicep ${compiler.version} is not ${compiler.pinned}, which the committed files are made with`,
    );
  const faults = await build(compiler, values.check);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.log(`${values.check ? 'checked' : 'built'} with Bicep ${compiler.version} (${compiler.path})`);
} catch (error) {
  if (!(error instanceof NoCompiler || error instanceof UnusableCompiler)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof NoCompiler ? NO_COMPILER : 1;
}

/** Returns what is wrong, a line or a paragraph each. The compiler works on a copy, so that a fault changes nothing here. */
async function build(compiler: Compiler, isCheck: boolean): Promise<readonly string[]> {
  const copy = await mkdtemp(join(tmpdir(), 'blobmirror-infra-'));
  for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143 }))
    process.once(signal, () => {
      rmSync(copy, { recursive: true, force: true });
      process.exit(status);
    });
  try {
    for (const folder of FOLDERS) await cp(new URL(folder, root), join(copy, folder), { recursive: true });
    const faults = await compileAll(compiler, copy, isCheck);
    return faults.length > 0 ? faults : await writeOrCompare(compiler, pathToFileURL(`${copy}/`), isCheck);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function compileAll(compiler: Compiler, copy: string, isCheck: boolean): Promise<readonly string[]> {
  const faults: string[] = [];
  const report = (path: string, { ok, stdout, stderr }: Compiled): void => {
    if (ok && stderr === '') return;
    faults.push(
      `${path}:\n${[stderr, ok ? '' : stdout].join('\n').trim() || 'the compiler failed and gave no reason'}`,
    );
  };
  for (const folder of FOLDERS)
    for (const ending of ['bicep', 'bicepparam'])
      report(folder, await format(compiler, copy, `${folder}/**/*.${ending}`));
  const template = await compile(compiler, copy);
  report(MAIN, template);
  if (template.ok && !template.stdout.includes('"$schema"'))
    faults.push(`${MAIN}:\nthe compiler printed no template`);
  report(CONTAINER_APP, await compile(compiler, copy, CONTAINER_APP));
  await writeFile(join(copy, TEMPLATE), template.stdout);
  const paths = [...(await readSources(pathToFileURL(`${copy}/`))).keys()];
  const waiting = paths.filter((path) => path.endsWith('.bicepparam'));
  const work = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift())
      report(path, await snapshot(compiler, copy, path, isCheck ? 'validate' : 'overwrite'));
  };
  // Each walk-through would repeat the faults of the template.
  if (faults.length === 0) await Promise.all(Array.from({ length: availableParallelism() }, work));
  return faults;
}

/** Copies what the compiler made into the repository, or returns which files differ from it. */
async function writeOrCompare(compiler: Compiler, copy: URL, isCheck: boolean): Promise<readonly string[]> {
  const made = new Map(await readSources(copy));
  for (const [path, text] of made) if (path.endsWith('.snapshot.json')) made.set(path, sortOutputs(text));
  const built = { compiler: compiler.version, digests: digestsOf(made) };
  made.set(BUILT, `${JSON.stringify(built, null, 2)}\n`);
  const before = await readSources(root);
  const changed = [...made].filter(([path, text]) => before.get(path) !== text);
  if (isCheck)
    return changed.map(([path]) => `${path} is not as the compiler makes it: run "npm run infra:build"`);
  for (const [path, text] of changed) await writeFile(new URL(path, root), text);
  return [];
}

/** The compiler writes the outputs in an order that changes from run to run. */
function sortOutputs(text: string): string {
  const whole = JSON.parse(text) as { outputs?: Readonly<Record<string, unknown>> };
  const outputs = Object.entries(whole.outputs ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `${JSON.stringify({ ...whole, outputs: Object.fromEntries(outputs) }, null, 2)}\n`;
}
