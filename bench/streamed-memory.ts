/**
 * How much memory the process takes while a large blob passes through it: 4 GiB, or as many as are named. The service
 * on both sides makes and forgets the bytes, in a process of its own. Fails when a byte is wrong or memory grew by more
 * than 64 MiB above what a first copy of 256 MiB took.
 *
 *     node bench/streamed-memory.ts [GIBIBYTES]
 */
import { measureStreamedCopy } from '../test/azure/copy/support/measure-streamed-copy.ts';

const MAX_MIB = 64;
const gibibytes = Number(process.argv[2] ?? 4);
const size = gibibytes * 1024 ** 3;

const { outcome, growthMiB, overallMiB, seconds, totals } = await measureStreamedCopy(size);
console.log(
  `${gibibytes} GiB ${outcome.kind} in ${seconds.toFixed(1)} s, ${totals.received} bytes in ${totals.committed} blocks, ` +
    `${totals.damaged} pieces damaged, memory grew by ${growthMiB.toFixed(1)} MiB (${overallMiB.toFixed(1)} MiB with the warm-up)`,
);
const isWhole = outcome.kind === 'written' && totals.received === size && totals.damaged === 0;
process.exitCode = isWhole && growthMiB < MAX_MIB ? 0 : 1;
