import type { CopyOptions } from '../../src/azure/copy/copy-options.js';
import { describePorts } from '../contract/ports.contract.js';
import { startStoragePair } from '../support/storage-pair.js';

const ENGINES: readonly (readonly [name: string, options: Partial<CopyOptions>])[] = [
  ['put-blob-from-url', {}],
  ['blocks-from-url', { largestInOneRequest: 0, serverBlock: { size: 2, atOnce: 3 } }],
  ['copy-blob', { engine: 'copy-blob' }],
  ['streamed', { engine: 'streamed', streamedBlock: { size: 2, atOnce: 3 } }],
  ['streamed and compared', { engine: 'streamed', streamedBlock: { size: 2, atOnce: 3 }, verify: 'full' }],
];

for (const [name, options] of ENGINES) {
  describePorts(`on real accounts, copied by ${name}`, () => startStoragePair(options));
}
