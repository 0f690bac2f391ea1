/** `npm run chaos -- --minutes 10 --seed 7`: the chaos test for any time, with progress lines. */
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
  },
});
if (!(Number(values.minutes) > 0) || !Number.isSafeInteger(Number(values.seed))) {
  process.stderr.write('--minutes should be a number above 0, and --seed a whole number\n');
  process.exit(2);
}
process.env['CHAOS_MINUTES'] = values.minutes;
process.env['CHAOS_SEED'] = values.seed;
const vitest = await startVitest('test', ['test/chaos/chaos.test.ts'], {
  watch: false,
  disableConsoleIntercept: true,
});
await vitest.close();
