import type { Finding } from './finding.js';
import { openProject, type OpenProject } from './open-project.js';
import { templateInStep } from './rules/template-in-step.js';
import type { Sources } from './sources.js';

/** Looks at the whole project and says what is wrong. */
export type Rule = (
  project: OpenProject,
  sources: Sources,
) => readonly Finding[] | Promise<readonly Finding[]>;

const RULES: readonly Rule[] = [templateInStep];

/** Everything that is wrong with infra/; where a file cannot be read, nothing else is looked at. */
export async function checkInfra(sources: Sources): Promise<readonly Finding[]> {
  const project = await openProject(sources);
  if (!('files' in project)) return project;
  const findings: Finding[] = [];
  for (const rule of RULES) findings.push(...(await rule(project, sources)));
  return findings;
}
