// Writes azuredeploy.json, which the button in the README deploys, from infra/main.bicep.
import { writeFile } from 'node:fs/promises';
import { findingText } from './finding.js';
import { openProject } from './open-project.js';
import { readSources, TEMPLATE } from './sources.js';
import { writeTemplate } from './write-template.js';

const root = new URL('../../', import.meta.url);
const project = await openProject(await readSources(root));
if ('files' in project) {
  await writeFile(new URL(TEMPLATE, root), writeTemplate(project));
} else {
  for (const finding of project) console.error(findingText(finding));
  process.exitCode = 1;
}
