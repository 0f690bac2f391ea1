// Says what is wrong with infra/, azuredeploy.json and what they share with the code, as far as can be seen without
// Azure. Exits with 1 when something is.
import { checkInfra } from './check-infra.ts';
import { findingText } from './finding.ts';
import { readSources } from './sources.ts';

const findings = await checkInfra(await readSources(new URL('../../', import.meta.url)));
for (const finding of findings) console.error(findingText(finding));
if (findings.length > 0) process.exitCode = 1;
