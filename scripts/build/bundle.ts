import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/**
 * Bundles entries with all that they import into a folder that needs no node_modules: entries where their names say, and
 * what they share in `chunks/`. A module there is as deep as an entry in a folder, since some look for their neighbours
 * from where they are. Resolves to the files that went into it.
 */
export async function bundle(
  entryPoints: Readonly<Record<string, string>>,
  outdir: string,
): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: { ...entryPoints },
    outdir,
    bundle: true,
    // The command and the functions share one app, and what a path does not need is loaded by those that do.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // Names stay as they are, for stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    // Given by the Functions worker or by our own host.
    external: ['@azure/functions-core'],
    // Workspaces come from their sources.
    conditions: ['blobmirror-source'],
    // Some of what is bundled is CommonJS and asks for Node's modules by `require`.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    // As modules, so that they share with our own imports what both import.
    alias: {
      '@azure/service-bus': '@azure/service-bus/dist-esm/src/index.js',
      // Otherwise the alias above would change this path, too.
      '@azure/service-bus/package.json': '@azure/service-bus/package.json',
    },
    plugins: [packagedRhea, installedLocal, requiredHttp],
  });
  const inputs = Object.keys(metafile.inputs);
  const copies = inputs.filter((file) => file.endsWith('rhea/lib/container.js'));
  // A second copy would go unpatched, and settle messages wrongly.
  if (copies.length !== 1)
    throw new Error(`${copies.length} copies of rhea were bundled: ${copies.join(', ')}`);
  return inputs;
}

const packagedRhea: Plugin = {
  name: 'packaged-rhea',
  setup: (building) => {
    building.onResolve({ filter: /\/rhea-copies\.[jt]s$/ }, ({ resolveDir }) => ({
      path: join(resolveDir, 'packaged-rhea.ts'),
    }));
  },
};

/** The embedded environment comes from where it is installed. Its light entries are bundled: all commands need them. */
const installedLocal: Plugin = {
  name: 'installed-local',
  setup: (building) => {
    building.onResolve({ filter: /^@blobmirror\/local$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** An import of `node:http` reads all that it exports, WebSocket among it, for which Node loads its `fetch`. A `require` does not. */
const requiredHttp: Plugin = {
  name: 'required-http',
  setup: (building) => {
    building.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace: 'required' } : undefined,
    );
    building.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}');`,
    }));
  },
};
