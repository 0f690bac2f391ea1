/** Runs every check of `npm run check`, as many at once as there are cores, and prints what failed. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

interface PackageJson {
  readonly scripts: Readonly<Record<string, string>>;
}

const { scripts } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as PackageJson;
/** The longest first, so that none begins when the others are over. */
const waiting = ['check:lint', 'check:types', 'check:dead', 'check:format', 'check:rooms'];
for (const name of Object.keys(scripts))
  if (name.startsWith('check:') && !waiting.includes(name)) waiting.push(name);

const failed: string[] = [];

async function work(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const began = performance.now();
    const { status, output } = await run(name);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${name}: ${status === 0 ? 'passed' : 'failed'} in ${seconds} s`);
    if (status === 0) continue;
    failed.push(name);
    console.error(`npm run ${name}\n${output.trim()}\n`);
  }
}

/** By npm's own program, without a shell. */
async function run(name: string): Promise<{ status: number | null; output: string }> {
  const npm = process.env['npm_execpath'];
  if (npm === undefined) throw new Error('run it as "npm run check"');
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [npm, 'run', '--silent', name]);
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output: Buffer.concat(chunks).toString() }));
  });
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
