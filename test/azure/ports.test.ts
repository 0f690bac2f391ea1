import type { CopyOptions } from '../../src/azure/copy/copy-options.js';
import { describePorts } from '../contract/ports.contract.js';
import { startStoragePair } from '../support/storage-pair.js';

const ENGINES: readonly (readonly [name: string, options: Partial<CopyOptions>])[] = [
  ['put-blob-from-url', {}],
  ['blocks-from-url', { largestInOneRequest: 0, serverBlock: { size: 2, atOnce: 3 } }],
];

for (const [name, options] of ENGINES) {
  describePorts(`on real accounts, copied by ${name}`, () => startStoragePair(options));
}
