import type { Finding } from './finding.ts';
import { openProject, type OpenProject } from './open-project.ts';
import { functionsAgree } from './rules/functions-agree.ts';
import { metricsAreKnown } from './rules/metrics-are-known.ts';
import { modulesFit } from './rules/modules-fit.ts';
import { namesAreUsed } from './rules/names-are-used.ts';
import { noSecretGoesOut } from './rules/no-secret-goes-out.ts';
import { parameterFileFits } from './rules/parameter-file-fits.ts';
import { queuesAgree } from './rules/queues-agree.ts';
import { resourceTypes } from './rules/resource-types.ts';
import { rolesAreTold } from './rules/roles-are-told.ts';
import { settingsAreKnown } from './rules/settings-are-known.ts';
import { templateInStep } from './rules/template-in-step.ts';
import type { Sources } from './sources.ts';

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
