import { createRequire } from 'node:module';

/** A loaded rhea: the module itself, and its frames module. */
export interface RheaCopy {
  readonly path: string;
  readonly rhea: unknown;
  readonly frames: unknown;
}

/**
 * Every distinct copy of rhea that this process uses: our own and the one under `@azure/service-bus`, where
 * that is installed. In a bundle, where modules have no paths, `packaged-rhea.ts` replaces this file.
 */
export function loadRheaCopies(): RheaCopy[] {
  const paths = new Set([createRequire(import.meta.url).resolve('rhea'), ...findClientCopy()]);
  return [...paths].map((path) => {
    const load = createRequire(path);
    return { path, rhea: load(path) as unknown, frames: load('./frames.js') as unknown };
  });
}

/** Throws for an installed client without rhea in the expected place: it would run without the patches. */
function findClientCopy(): string[] {
  let client: string;
  try {
    client = createRequire(import.meta.url).resolve('@azure/service-bus');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return [];
    throw error;
  }
  return [
    ['@azure/core-amqp', 'rhea-promise', 'rhea'].reduce(
      (from, name) => createRequire(from).resolve(name),
      client,
    ),
  ];
}
