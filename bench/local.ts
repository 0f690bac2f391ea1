/**
 * What the embedded environment takes by itself: memory, listings and starts with many small blobs, processor time of
 * single requests, and what a kill loses. It is the built command in a process of its own, and so is each client. Fails
 * when a listing lacks an entry, and asserts nothing about times, which are the machine's.
 */
import { parseArgs } from 'node:util';
import { type Figure, printFigures } from './local/figures.ts';
import { measureBare } from './local/measure-bare.ts';
import { measureCpu } from './local/measure-cpu.ts';
import { measureFilled } from './local/measure-filled.ts';
import { measureKills } from './local/measure-kills.ts';

const ALL = ['memory', 'listing', 'ready', 'cpu', 'kill'] as const;
const AT_ONCE = 16;

const { values } = parseArgs({
  options: {
    blobs: { type: 'string', default: '50000' },
    files: { type: 'string', default: '20000' },
    only: { type: 'string', multiple: true, default: [...ALL] },
    json: { type: 'boolean', default: false },
  },
});
for (const name of values.only)
  if (!ALL.some((each) => each === name))
    throw new Error(`--only ${name} is not known; it should be one of ${ALL.join(', ')}`);
const isWanted = (name: (typeof ALL)[number]): boolean => values.only.includes(name);

const bare = await measureBare(AT_ONCE);
const figures: Figure[] = [
  { name: 'a server without a store: CPU of a request', value: bare.requestMs, unit: 'ms' },
  { name: 'a server without a store: memory', value: bare.rssMiB, unit: 'MiB' },
];
const wanted = { memory: isWanted('memory'), listing: isWanted('listing'), ready: isWanted('ready') };
for (const hierarchical of [false, true]) {
  const entries = Number(hierarchical ? values.files : values.blobs);
  if (entries > 0 && Object.values(wanted).includes(true))
    figures.push(...(await measureFilled(entries, { hierarchical, wanted, bare })));
}
for (const hierarchical of [false, true]) {
  if (isWanted('cpu')) figures.push(...(await measureCpu(hierarchical, AT_ONCE, bare)));
  if (isWanted('kill')) figures.push(...(await measureKills(hierarchical, AT_ONCE)));
}
if (values.json) console.log(JSON.stringify(figures, undefined, 2));
else printFigures(figures);
process.exitCode = figures.some(({ note }) => note?.includes('wrong') === true) ? 1 : 0;
