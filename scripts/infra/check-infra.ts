import type { Finding } from './finding.js';
import { openProject, type OpenProject } from './open-project.js';
import { functionsAgree } from './rules/functions-agree.js';
import { metricsAreKnown } from './rules/metrics-are-known.js';
import { modulesFit } from './rules/modules-fit.js';
import { namesAreUsed } from './rules/names-are-used.js';
import { noSecretGoesOut } from './rules/no-secret-goes-out.js';
import { parameterFileFits } from './rules/parameter-file-fits.js';
import { queuesAgree } from './rules/queues-agree.js';
import { resourceTypes } from './rules/resource-types.js';
import { rolesAreTold } from './rules/roles-are-told.js';
import { settingsAreKnown } from './rules/settings-are-known.js';
import { templateInStep } from './rules/template-in-step.js';
import type { Sources } from './sources.js';

/** Looks at the whole project and says what is wrong. */
export type Rule = (
  project: OpenProject,
  sources: Sources,
) => readonly Finding[] | Promise<readonly Finding[]>;

const RULES: readonly Rule[] = [
  resourceTypes,
  modulesFit,
  namesAreUsed,
  noSecretGoesOut,
  rolesAreTold,
  settingsAreKnown,
  queuesAgree,
  functionsAgree,
  metricsAreKnown,
  parameterFileFits,
  templateInStep,
];

/** Everything that is wrong with infra/; where a file cannot be read, nothing else is looked at. */
export async function checkInfra(sources: Sources): Promise<readonly Finding[]> {
  const project = await openProject(sources);
  if (!('files' in project)) return project;
  const findings: Finding[] = [];
  for (const rule of RULES) findings.push(...(await rule(project, sources)));
  return findings;
}
