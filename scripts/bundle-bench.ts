/** Bundles what the benchmarks run beside other tools, as the command is. */
import { bundle } from './bundle.ts';

await bundle({ 'bench/reconcile-once': 'bench/reconcile-once.ts' }, 'dist/bundled');
