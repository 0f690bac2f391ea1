import { describePorts } from '../contract/ports.contract.js';
import { startStoragePair } from '../support/storage-pair.js';

describePorts('on real accounts', startStoragePair);
