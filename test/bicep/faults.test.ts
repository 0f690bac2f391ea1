import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, snapshot } from '../../scripts/infra/compiler/compile.ts';
import { type Compiler, findCompiler } from '../../scripts/infra/compiler/find-compiler.ts';
import { readSources, type Sources, TEMPLATE, WALK_THROUGHS } from '../../scripts/infra/sources.ts';
import { checkInfra } from '../infra/check-infra.ts';
import { COMPILED, type Fault, RULED } from './faults.ts';

const root = new URL('../../', import.meta.url);
/** Rules on azuredeploy.json. All others look at the snapshots. */
const READ_TEMPLATE = ['secrets', 'order'];
let compiler: Compiler;
let sources: Sources;
let copies: string;

beforeAll(async () => {
  [compiler, sources] = await Promise.all([findCompiler(), readSources(root)]);
  copies = await mkdtemp(join(tmpdir(), 'blobmirror-faults-'));
});
afterAll(async () => await rm(copies, { recursive: true, force: true }));

/** infra/ with a fault, in a folder of its own. */
async function faulty({ path, from, to }: Fault): Promise<string> {
  const copy = await mkdtemp(join(copies, 'infra-'));
  await cp(fileURLToPath(new URL('infra', root)), join(copy, 'infra'), { recursive: true });
  const text = await readFile(join(copy, path), 'utf8');
  expect(text.split(from).length, `${path} holds what is replaced`).toBeGreaterThan(1);
  await writeFile(
    join(copy, path),
    text.replace(from, () => to),
  );
  return copy;
}

/** In a title, `$fault` would be cut off. */
function byName<One extends Fault>(faults: readonly One[]): readonly (readonly [string, One])[] {
  return faults.map((fault) => [fault.fault, fault] as const);
}

describe('the compiler finds', () => {
  it.concurrent.each(byName(COMPILED))('%s', async (_name, fault) => {
    expect((await compile(compiler, await faulty(fault))).stderr).toMatch(fault.says);
  });
});

describe('a rule finds', () => {
  it.concurrent.each(byName(RULED))('%s', async (_name, fault) => {
    const { path, walkThrough, rule, says } = fault;
    const copy = await faulty(fault);
    const file = `${WALK_THROUGHS}/${walkThrough}.bicepparam`;
    const shown = await snapshot(compiler, copy, file, 'overwrite');
    expect(shown.ok, shown.stderr).toBe(true);
    const made = new Map(sources);
    for (const each of [path, file.replace(/bicepparam$/, 'snapshot.json')])
      made.set(each, await readFile(join(copy, each), 'utf8'));
    if (READ_TEMPLATE.includes(rule)) made.set(TEMPLATE, (await compile(compiler, copy)).stdout);
    const findings = await checkInfra(made, [rule]);
    expect(findings.map(({ message }) => message)).toContainEqual(expect.stringMatching(says));
  });
});
