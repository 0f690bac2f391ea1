/** Bundles what the benchmarks measure, as the command is bundled: `bench/bundled.ts` says where each is. */
import { bundle } from './build/bundle.ts';

const measured = ['list-once', 'reconcile-once', 'serve-listing', 'walk-once', 'write-blobs'];
await bundle(
  Object.fromEntries(measured.map((name) => [`bench/${name}`, `bench/${name}.ts`])),
  'dist/bundled',
);
