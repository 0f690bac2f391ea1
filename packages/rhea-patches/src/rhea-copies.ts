import { createRequire } from 'node:module';

/** A loaded rhea: the module itself, and the one that makes its frames. */
export interface RheaCopy {
  readonly path: string;
  readonly rhea: unknown;
  readonly frames: unknown;
}

/**
 * Every distinct copy of rhea that this process uses: our own and the one under `@azure/service-bus`. In the package,
 * where no module has a path of its own, `packaged-rhea.ts` takes the place of this file.
 */
export function loadRheaCopies(): RheaCopy[] {
  const paths = new Set([
    createRequire(import.meta.url).resolve('rhea'),
    resolveThrough(['@azure/service-bus', '@azure/core-amqp', 'rhea-promise', 'rhea']),
  ]);
  return [...paths].map((path) => {
    const load = createRequire(path);
    return { path, rhea: load(path) as unknown, frames: load('./frames.js') as unknown };
  });
}

function resolveThrough(packages: readonly string[]): string {
  return packages.reduce((from, name) => createRequire(from).resolve(name), import.meta.url);
}
