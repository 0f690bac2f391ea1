import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { registrationError } from './registration-error.ts';

/**
 * The files that the Functions worker would import: "main" of the package, which may be a glob, in the order of
 * their names.
 * @param packageRoot the folder of package.json, with a slash at its end
 * @throws BlobmirrorError `setting-invalid` when "main" is missing or matches no file
 */
export async function resolveRegistrations(packageRoot: URL): Promise<URL[]> {
  const root = fileURLToPath(packageRoot);
  const main = mainOf(await readFile(resolve(root, 'package.json'), 'utf8'));
  if (main === undefined) {
    throw registrationError(
      `${resolve(root, 'package.json')} has no "main": it should be the glob of the functions`,
    );
  }
  const files: string[] = [];
  for await (const file of glob(main, { cwd: root })) files.push(resolve(root, file));
  if (files.length === 0) {
    throw registrationError(`"main" (${main}) matches no file in ${root}. Build first: npm run build`);
  }
  return files.toSorted().map((file) => pathToFileURL(file));
}

function mainOf(packageJson: string): string | undefined {
  const parsed: unknown = JSON.parse(packageJson);
  if (typeof parsed !== 'object' || parsed === null || !('main' in parsed)) return undefined;
  return typeof parsed.main === 'string' ? parsed.main : undefined;
}
