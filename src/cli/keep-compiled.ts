import module from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Has Node keep what it compiles for the next start, which then takes half the processor time. Beside the code and
 * nowhere else: whoever can write there can run what they like as the user who starts this, as with the code itself.
 * Where the folder cannot be written, each start compiles anew. Node's own variables go before: `NODE_COMPILE_CACHE`
 * names another folder, and `NODE_DISABLE_COMPILE_CACHE` has none. A Node before 22.1 cannot.
 */
export function keepCompiled(): void {
  module.enableCompileCache?.(fileURLToPath(new URL('../.compile-cache', import.meta.url)));
}

/** Writes it now, once in a life of the code. Left to the end of the process, it is seconds of a stop on a busy machine. */
export function writeCompiled(): void {
  module.flushCompileCache?.();
}
