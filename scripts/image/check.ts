/**
 * `npm run image:check [-- --engine docker|podman]`: builds the image as it is and runs it: with the least rights, beside
 * the embedded environment, stopped and killed amid its work. Prints what it measured; it judges no times. Ends with 0
 * when all is well, 1 when something is not, 3 when nothing here can run containers, and 130 when it was interrupted.
 * Whatever it made is removed at the end.
 */
import { parseArgs } from 'node:util';
import { checkImage } from './check-image.ts';
import { Interrupted, untilAsked, withEnd } from './end-of-check.ts';
import { NoEngine, findEngine } from './find-engine.ts';

const NO_ENGINE = 3;
const INTERRUPTED = 130;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { engine: { type: 'string' } } });
  const { engine: wanted } = values;
  if (wanted !== undefined && wanted !== 'docker' && wanted !== 'podman')
    throw new Error(`--engine is ${JSON.stringify(wanted)}; it should be docker or podman`);

  const signal = untilAsked();
  return await withEnd(
    async (end) => {
      const engine = await findEngine(end, signal, wanted);
      say(engine.name);
      await checkImage(engine, end, say);
    },
    (failure) => say(`could not be removed: ${textOf(failure)}`),
  );
}

function say(line: string): void {
  console.log(`image: ${line}`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`image: ${textOf(error)}`);
  process.exitCode = error instanceof NoEngine ? NO_ENGINE : error instanceof Interrupted ? INTERRUPTED : 1;
}
