import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The files that the check looks at: texts by their paths, from the root of the repository. */
export type Sources = ReadonlyMap<string, string>;

export const MAIN = 'infra/main.bicep';
/** The worker as a Container App, which the same build compiles. */
export const CONTAINER_APP = 'deploy/container-apps/main.bicep';
/** What the button in the README deploys: what the compiler makes of `MAIN`. */
export const TEMPLATE = 'azuredeploy.json';
export const WALK_THROUGHS = 'infra/walk-throughs';
/** The version of the compiler, and the digests of what it read and wrote. */
export const BUILT = 'infra/built.json';

/** Folders with Bicep. */
export const FOLDERS = ['infra', 'deploy/container-apps'];
const PATTERNS = [
  `{${FOLDERS.join()}}/**/*.{bicep,bicepparam,json}`,
  TEMPLATE,
  'azure.yaml',
  'host.json',
  'docs/{deploy,operations}.md',
];
/** What the compiler reads or writes. */
const COMPILED =
  /\.bicep(?:param)?$|\.snapshot\.json$|^infra\/(?:bicepconfig|app\/\w+)\.json$|^azuredeploy\.json$/;

export interface Built {
  readonly compiler: string;
  readonly digests: Readonly<Record<string, string>>;
}

export async function readSources(root: URL): Promise<Sources> {
  const sources = new Map<string, string>();
  for await (const path of glob(PATTERNS, { cwd: fileURLToPath(root) })) {
    const text = await readFile(new URL(path, root), 'utf8');
    sources.set(path.replaceAll('\\', '/'), text.replaceAll('\r\n', '\n'));
  }
  return new Map([...sources].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Digests of what the compiler reads and writes. */
export function digestsOf(sources: Sources): Built['digests'] {
  return Object.fromEntries(
    [...sources]
      .filter(([path]) => COMPILED.test(path))
      .map(([path, text]) => [path, createHash('sha256').update(text).digest('hex')]),
  );
}
