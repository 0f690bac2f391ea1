/**
 * Builds what changed since the last build: the workspaces (`packages/NAME/dist`), the page (`dist/dashboard`), then the
 * package that holds it (`dist/package`), which is what runs everywhere: `npm start`, the `blobmirror` command, the tests
 * that start processes, and Azure.
 */
import { fileURLToPath } from 'node:url';
import { packagePart } from './build/package-part.ts';
import { pagePart } from './build/page-part.ts';
import { isUpToDate, readStamps, writeStamp, type Part } from './build/stamps.ts';
import { workspacePart } from './build/workspace-part.ts';

/** In this order: the package holds the page. */
const PARTS: readonly Part[] = [workspacePart('rhea-patches'), workspacePart('local'), pagePart, packagePart];

/** `failed` when something does not compile; the compilers have printed why, and the former build is as it was. */
export async function buildChanged(): Promise<'unchanged' | 'built' | 'failed'> {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  let outcome: 'unchanged' | 'built' = 'unchanged';
  for (const part of PARTS) {
    if (isUpToDate(part, readStamps()[part.name])) continue;
    outcome = 'built';
    const began = Date.now();
    say(`building the ${part.name}`);
    try {
      writeStamp(part, await part.build(), began);
    } catch (error) {
      say(`the ${part.name} could not be built: ${error instanceof Error ? error.message : String(error)}`);
      return 'failed';
    }
    say(`built the ${part.name} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  }
  return outcome;
}

function say(text: string): void {
  process.stderr.write(`blobmirror: ${text}\n`);
}

if (import.meta.main && (await buildChanged()) === 'failed') process.exit(1);
