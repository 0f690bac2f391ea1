import { describeDirectories } from '../contract/directories.contract.js';
import { describePorts } from '../contract/ports.contract.js';
import { startLakePair } from '../support/lake-pair.js';
import { ENGINES } from './support/engines.js';

for (const [name, options] of ENGINES) {
  const title = `on real hierarchical accounts, copied by ${name}`;
  describePorts(title, () => startLakePair(options), { hierarchical: true });
  describeDirectories(title, () => startLakePair(options));
}
