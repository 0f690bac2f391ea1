import type { CopyOptions } from '../../src/azure/copy/copy-options.js';
import { describeDirectories } from '../contract/directories.contract.js';
import { startLakePair } from '../support/lake-pair.js';

const ENGINES: readonly (readonly [name: string, options: Partial<CopyOptions>])[] = [
  ['put-blob-from-url', {}],
  ['blocks-from-url', { largestInOneRequest: 0, serverBlock: { size: 2, atOnce: 3 } }],
  ['streamed', { engine: 'streamed', streamedBlock: { size: 2, atOnce: 3 } }],
];

for (const [name, options] of ENGINES) {
  describeDirectories(`on real accounts, copied by ${name}`, () => startLakePair(options));
}
