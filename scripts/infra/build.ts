// Formats the Bicep, compiles infra/ to azuredeploy.json, and writes the snapshots of the walk-throughs, with the Bicep
// compiler. With --check it writes nothing, and says what is not as it would write it. The linter may have nothing to
// say in either case. Exits with 1 when something is wrong, and with 3 when there is no compiler.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { compile, format, snapshot, type Compiled } from './compiler/compile.ts';
import { type Compiler, findCompiler, NoCompiler } from './compiler/find-compiler.ts';
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
  if (!(error instanceof NoCompiler)) throw error;
  console.error(error.message);
  process.exitCode = NO_COMPILER;
}

/** What is wrong, a line or a paragraph each. The compiler works on a copy; what it makes of it is compared or taken. */
async function build(compiler: Compiler, isCheck: boolean): Promise<readonly string[]> {
  const copy = await mkdtemp(join(tmpdir(), 'blobmirror-infra-'));
  try {
    for (const folder of FOLDERS) await cp(new URL(folder, root), join(copy, folder), { recursive: true });
    const faults = await compileAll(compiler, copy, isCheck);
    // What is refused is not taken.
    return faults.length > 0 ? faults : await settle(compiler, pathToFileURL(`${copy}/`), isCheck);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function compileAll(compiler: Compiler, copy: string, isCheck: boolean): Promise<readonly string[]> {
  const faults: string[] = [];
  const report = (path: string, { ok, out, said }: Compiled): void => {
    if (ok && said === '') return;
    faults.push(
      `${path}:\n${[said, ok ? '' : out].join('\n').trim() || 'the compiler failed and did not say why'}`,
    );
  };
  for (const folder of FOLDERS)
    for (const ending of ['bicep', 'bicepparam'])
      report(folder, await format(compiler, copy, `${folder}/**/*.${ending}`));
  const template = await compile(compiler, copy);
  report(MAIN, template);
  report(CONTAINER_APP, await compile(compiler, copy, CONTAINER_APP));
  await writeFile(join(copy, TEMPLATE), template.out);
  const paths = [...(await readSources(pathToFileURL(`${copy}/`))).keys()];
  const waiting = paths.filter((path) => path.endsWith('.bicepparam'));
  const work = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift())
      report(path, await snapshot(compiler, copy, path, isCheck ? 'validate' : 'overwrite'));
  };
  // A faulty template would be told of once more by each walk-through.
  if (faults.length === 0) await Promise.all(Array.from({ length: availableParallelism() }, work));
  return faults;
}

/** Takes what the compiler made in the copy, or says which files are otherwise. */
async function settle(compiler: Compiler, copy: URL, isCheck: boolean): Promise<readonly string[]> {
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
