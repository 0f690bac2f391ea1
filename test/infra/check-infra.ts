import { readTemplate, readWalkThroughs } from './deployment/walk-through.ts';
import type { Finding, Infra, Rule } from './rule.ts';
import { alertsFit } from './rules/alerts-fit.ts';
import { builtInStep } from './rules/built-in-step.ts';
import { docsInStep } from './rules/docs-in-step.ts';
import { eventsArrive } from './rules/events-arrive.ts';
import { filesAreSet } from './rules/files-are-set.ts';
import { functionsAgree } from './rules/functions-agree.ts';
import { connectionsLead } from './rules/connections-lead.ts';
import { networkLeads } from './rules/network-leads.ts';
import { orderHolds } from './rules/order-holds.ts';
import { outputsHoldNoSecret } from './rules/outputs-hold-no-secret.ts';
import { pagesAreTrue } from './rules/pages-are-true.ts';
import { parameterFileFits } from './rules/parameter-file-fits.ts';
import { queriesAreKnown } from './rules/queries-are-known.ts';
import { queriesHideNothing } from './rules/queries-hide-nothing.ts';
import { queuesAgree } from './rules/queues-agree.ts';
import { resourcesAreExpected } from './rules/resources-are-expected.ts';
import { rolesAreTold } from './rules/roles-are-told.ts';
import { settingsAreKnown } from './rules/settings-are-known.ts';
import { whatIfSees } from './rules/what-if-sees.ts';
import type { Sources } from '../../scripts/infra/sources.ts';

const RULES: Readonly<Record<string, Rule>> = {
  built: builtInStep,
  docs: docsInStep,
  files: filesAreSet,
  pages: pagesAreTrue,
  parameters: parameterFileFits,
  secrets: outputsHoldNoSecret,
  order: orderHolds,
  resources: resourcesAreExpected,
  roles: rolesAreTold,
  settings: settingsAreKnown,
  queues: queuesAgree,
  functions: functionsAgree,
  events: eventsArrive,
  alerts: alertsFit,
  queries: queriesAreKnown,
  steps: queriesHideNothing,
  network: networkLeads,
  connections: connectionsLead,
  'what-if': whatIfSees,
};

/** Everything that is wrong with infra/, as far as can be said without the compiler and without Azure. @param rules all, by default */
export async function checkInfra(
  sources: Sources,
  rules: readonly string[] = Object.keys(RULES),
): Promise<readonly Finding[]> {
  const template = readTemplate(sources);
  const infra: Infra = { sources, template, walkThroughs: readWalkThroughs(sources, template) };
  const findings: Finding[] = [];
  for (const rule of rules) {
    const check = RULES[rule];
    if (check === undefined) throw new Error(`there is no rule ${rule}`);
    try {
      for (const [path, message] of await check(infra)) findings.push({ rule, path, message });
    } catch (error) {
      // A table or a file that the rule cannot read.
      findings.push({ rule, path: 'test/infra', message: (error as Error).message });
    }
  }
  return findings;
}
