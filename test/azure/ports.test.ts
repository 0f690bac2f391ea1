import { describePorts } from '../contract/ports.contract.js';
import { startStoragePair } from '../support/storage-pair.js';
import { ENGINES } from './support/engines.js';

for (const [name, options] of ENGINES) {
  describePorts(`on real accounts, copied by ${name}`, () => startStoragePair(options));
}
