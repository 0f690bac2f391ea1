import { describeDirectories } from '../../contract/directories.contract.ts';
import { describePorts } from '../../contract/ports.contract.ts';
import { isFullBudget } from '../../support/budgets.ts';
import { startLakePair } from '../../support/lake-pair.ts';
import { ENGINES } from '../support/engines.ts';

/** Every engine passes the same tests on flat accounts under any budget. */
const engines = isFullBudget
  ? ENGINES
  : ENGINES.filter(([name]) => /^(put-blob-from-url|streamed)$/.test(name));

for (const [name, options] of engines) {
  const title = `on real hierarchical accounts, copied by ${name}`;
  describePorts(title, () => startLakePair(options), { hierarchical: true });
  describeDirectories(title, () => startLakePair(options));
}
