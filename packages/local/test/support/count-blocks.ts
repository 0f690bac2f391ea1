import { Session, type Profiler } from 'node:inspector';

/**
 * How often blocks of the code in files whose address holds `path` were entered while `run` ran: a cost that is the same
 * on every machine. What a built-in function does by itself is not seen.
 */
export function countBlocks(path: string, run: () => void): number {
  const session = new Session();
  session.connect();
  try {
    session.post('Profiler.enable');
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    run();
    let blocks = 0;
    session.post(
      'Profiler.takePreciseCoverage',
      (error, taken: Profiler.TakePreciseCoverageReturnType | undefined) => {
        if (error !== null) throw error;
        const functions = taken?.result
          .filter(({ url }) => url.includes(path))
          .flatMap((each) => each.functions);
        for (const { ranges } of functions ?? []) for (const { count } of ranges) blocks += count;
      },
    );
    if (blocks === 0) throw new Error(`no code of ${path} ran`);
    return blocks;
  } finally {
    session.disconnect();
  }
}
