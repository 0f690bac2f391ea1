import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The files that the check looks at: texts by their paths, from the root of the repository. */
export type Sources = ReadonlyMap<string, string>;

export const MAIN = 'infra/main.bicep';
export const TEMPLATE = 'azuredeploy.json';

const PATTERNS = ['infra/**/*.{bicep,json}', 'azuredeploy.json', 'azure.yaml', 'host.json', 'docs/deploy.md'];

export async function readSources(root: URL): Promise<Sources> {
  const sources = new Map<string, string>();
  for await (const path of glob(PATTERNS, { cwd: fileURLToPath(root) })) {
    sources.set(path.replaceAll('\\', '/'), await readFile(new URL(path, root), 'utf8'));
  }
  return new Map([...sources].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
