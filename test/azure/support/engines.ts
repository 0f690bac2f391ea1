import type { CopyOptions } from '../../../src/azure/copy/copy-engine.ts';

/** Each copy engine, with options that make it copy small blobs. */
export const ENGINES: readonly (readonly [name: string, options: Partial<CopyOptions>])[] = [
  ['put-blob-from-url', {}],
  ['blocks-from-url', { largestInOneRequest: 0, serverBlock: { size: 2, atOnce: 3 } }],
  ['copy-blob', { engine: 'copy-blob' }],
  ['streamed', { engine: 'streamed', streamedBlock: { size: 2, atOnce: 3 } }],
  ['streamed and compared', { engine: 'streamed', streamedBlock: { size: 2, atOnce: 3 }, verify: 'full' }],
];
