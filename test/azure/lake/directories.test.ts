import { describeDirectories } from '../../contract/directories.contract.ts';
import { describePorts } from '../../contract/ports.contract.ts';
import { startLakePair } from '../../support/lake-pair.ts';
import { ENGINES } from '../support/engines.ts';

for (const [name, options] of ENGINES) {
  const title = `on real hierarchical accounts, copied by ${name}`;
  describePorts(title, () => startLakePair(options), { hierarchical: true });
  describeDirectories(title, () => startLakePair(options));
}
