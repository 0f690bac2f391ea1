import { describePorts } from '../contract/ports.contract.ts';
import { startStoragePair } from '../support/storage-pair.ts';
import { ENGINES } from './support/engines.ts';

for (const [name, options] of ENGINES) {
  describePorts(`on real accounts, copied by ${name}`, () => startStoragePair(options));
}
