import type { CopyOptions } from '../../src/azure/copy/copy-options.js';
import { describeDirectories } from '../contract/directories.contract.js';
import { describePorts } from '../contract/ports.contract.js';
import { startLakePair } from '../support/lake-pair.js';

const ENGINES: readonly (readonly [name: string, options: Partial<CopyOptions>])[] = [
  ['put-blob-from-url', {}],
  ['blocks-from-url', { largestInOneRequest: 0, serverBlock: { size: 2, atOnce: 3 } }],
  ['copy-blob', { engine: 'copy-blob' }],
  ['streamed', { engine: 'streamed', streamedBlock: { size: 2, atOnce: 3 } }],
  ['streamed and compared', { engine: 'streamed', streamedBlock: { size: 2, atOnce: 3 }, verify: 'full' }],
];

for (const [name, options] of ENGINES) {
  const title = `on real hierarchical accounts, copied by ${name}`;
  describePorts(title, () => startLakePair(options), { hierarchical: true });
  describeDirectories(title, () => startLakePair(options));
}
