// Writes azuredeploy.json, which the button in the README deploys, from infra/main.bicep.
import { writeFile } from 'node:fs/promises';
import { findingText } from './finding.ts';
import { openProject } from './open-project.ts';
import { readSources, TEMPLATE } from './sources.ts';
import { writeTemplate } from './write-template.ts';

const root = new URL('../../', import.meta.url);
const project = await openProject(await readSources(root));
if ('files' in project) {
  await writeFile(new URL(TEMPLATE, root), writeTemplate(project));
} else {
  for (const finding of project) console.error(findingText(finding));
  process.exitCode = 1;
}
