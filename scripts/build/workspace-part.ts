import { readFileSync, renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { Part } from './stamps.ts';

/** What is published of a workspace: a module for each of its entries. Its types are made when it is packed. */
export function workspacePart(name: string): Part {
  const folder = `packages/${name}`;
  const out = `${folder}/dist`;
  const manifest = `${folder}/package.json`;
  return {
    name: `package @blobmirror/${name}`,
    output: `${out}/index.js`,
    entries: () => [manifest, 'scripts/build/workspace-part.ts', ...entriesOf(folder, manifest)],
    build: async () => {
      const { build } = await import('esbuild');
      const next = `${folder}/dist.next`;
      remove(next);
      const { metafile } = await build({
        entryPoints: Object.fromEntries(
          entriesOf(folder, manifest).map((file) => [basename(file, '.ts'), file]),
        ),
        outdir: next,
        bundle: true,
        // What it needs is installed with it.
        packages: 'external',
        splitting: true,
        chunkNames: 'chunks/[name]-[hash]',
        format: 'esm',
        platform: 'node',
        target: 'node22',
        metafile: true,
        logLevel: 'warning',
      });
      remove(out);
      renameSync(next, out);
      return Object.keys(metafile.inputs);
    },
  };
}

/** The sources of what package.json exports. */
function entriesOf(folder: string, manifest: string): string[] {
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: unknown };
  const sources = JSON.stringify(exports).match(/\.\/src\/[^"]+\.ts/g) ?? [];
  return sources.map((source) => `${folder}/${source.slice(2)}`);
}

/** On Windows a file that is open, by a virus scanner perhaps, cannot be removed for a moment. */
function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
