import { Session } from 'node:inspector/promises';

/** Values and settings are part of everything; what a process asks at its own pace may fall into any measurement. */
const NO_STEPS = /^src\/(?:model|config|api|identity|pause|status)\//;
/** Vitest gives each export of a module such a function. To read a constant is no step. */
const EXPORT = /^\(\) => \{ try \{ return /;
const SOURCE = /\/(src\/.+\.ts)(?:\?.*)?$/;

/** The files of the product, relative to the repository, of which a function runs while `work` does: sorted, each once. */
export async function filesThatRun(work: () => Promise<unknown>): Promise<readonly string[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Debugger.enable');
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    // Forgets what ran before.
    await session.post('Profiler.takePreciseCoverage');
    await work();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const files = new Set<string>();
    for (const { url, scriptId, functions } of result) {
      const file =
        url.includes('/node_modules/') || url.includes('/packages/') ? undefined : SOURCE.exec(url)?.[1];
      if (file === undefined || NO_STEPS.test(file)) continue;
      const { scriptSource } = await session.post('Debugger.getScriptSource', { scriptId });
      const ran = functions.flatMap(({ ranges }) => ranges.filter(({ count }) => count > 0));
      if (ran.some(({ startOffset }) => !EXPORT.test(scriptSource.slice(startOffset, startOffset + 40))))
        files.add(file);
    }
    return [...files].toSorted();
  } finally {
    session.disconnect();
  }
}
