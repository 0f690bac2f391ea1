/**
 * Processor time until a worker of Azure Functions has loaded all functions, and of the first calls of some, as medians of
 * fresh processes: `-- --times 5 --package DIR`.
 */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { COMMAND } from './bundled.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '5' },
    package: { type: 'string', default: dirname(dirname(COMMAND)) },
  },
});
const script = fileURLToPath(new URL('cold-start-once.ts', import.meta.url));
const storage =
  'DefaultEndpointsProtocol=http;AccountName=NAME;AccountKey=AAAA;BlobEndpoint=http://127.0.0.1:9/NAME';
const env = {
  ...process.env,
  BLOBMIRROR_LOG_LEVEL: 'silent',
  BLOBMIRROR_SOURCE: storage.replaceAll('NAME', 'source'),
  BLOBMIRROR_BACKUP: storage.replaceAll('NAME', 'backup'),
  BLOBMIRROR_STATE: storage.replaceAll('NAME', 'state'),
  BLOBMIRROR_EVENTS_QUEUE: 'events',
  BLOBMIRROR_RECONCILE_QUEUE: 'reconcile',
  BLOBMIRROR_SERVICE_BUS:
    'Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true',
};

for (const called of [['page'], ['health'], ['mirror'], ['reconcile-shard']]) {
  const runs = Array.from({ length: Number(values.times) }, () => once(called));
  const columns = Object.keys(runs[0] ?? {}).map(
    (step) => `${step} ${median(runs.map((run) => run[step] ?? 0)).toFixed(0)}`,
  );
  console.log(columns.join(', '));
}

function once(called: readonly string[]): Record<string, number> {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, values.package, ...called], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the functions could not be loaded: ${stderr.slice(-500)}`);
  return JSON.parse(stdout) as Record<string, number>;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
