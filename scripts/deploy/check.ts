/**
 * `npm run deploy:check`: what `npm test` cannot tell of deploy/kubernetes. Builds it with kustomize where that or kubectl
 * is installed, and compares the objects with the schemas of Kubernetes and KEDA, which it brings from npm. Ends with 1
 * when something is wrong.
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SCHEMAS, findInSchemas } from './check-schemas.ts';
import { type JsonObject, manifestsOf, readKubernetesFiles } from './manifests.ts';

const FOLDER = fileURLToPath(new URL('../../deploy/kubernetes/', import.meta.url));
const WAYS = [
  ['kustomize', ['version'], ['build']],
  ['kubectl', ['version', '--client'], ['kustomize']],
] as const;

const installed = spawnSync(
  'npm',
  ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'],
  {
    cwd: SCHEMAS,
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
if (installed.status !== 0) {
  console.error(`deploy: the schemas could not be installed: run "npm ci" in ${SCHEMAS} and see why`);
  process.exit(1);
}

const written = manifestsOf(await readKubernetesFiles()).map(({ content }) => content);
const built = await build();
const findings = [...(await findInSchemas(written)), ...(await findInSchemas(built ?? []))];
// A check that sees nothing finds nothing.
for (const [right, wrong] of [
  ['readOnlyRootFilesystem', 'readOnlyRootFileSystem'],
  ['"minReplicaCount":1', '"minReplicaCount":"1"'],
] as const) {
  const text = JSON.stringify(written).replace(right, wrong);
  if ((await findInSchemas(JSON.parse(text) as readonly JsonObject[])).length === 0)
    findings.push(`${wrong} in the place of ${right} is not found`);
}
for (const finding of findings) console.error(`deploy: ${finding}`);
if (findings.length > 0) process.exitCode = 1;
else console.log(`deploy: ${written.length + (built?.length ?? 0)} objects are as their schemas say`);

/** The objects that kustomize makes; undefined where it is not installed. */
async function build(): Promise<readonly JsonObject[] | undefined> {
  const way = WAYS.find(([program, version]) => spawnSync(program, version).status === 0);
  if (way === undefined) {
    console.log(
      'deploy: not run: the kustomization was not built, since neither kustomize nor kubectl is here',
    );
    return undefined;
  }
  const [program, , args] = way;
  const folder = await mkdtemp(join(tmpdir(), 'blobmirror-kustomization-'));
  try {
    await cp(FOLDER, folder, { recursive: true });
    await writeFile(join(folder, 'http-key'), 'in-the-place-of-a-secret');
    const { status, stdout, stderr } = spawnSync(program, [...args, folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} cannot build deploy/kubernetes: ${stderr.trim()}`);
    return manifestsOf({ 'built.yaml': stdout }).map(({ content }) => content);
  } finally {
    await rm(folder, { recursive: true });
  }
}
