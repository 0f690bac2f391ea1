import { compileFile } from './compile/compile-file.js';
import type { OpenProject } from './open-project.js';
import { MAIN } from './sources.js';

/** The text of azuredeploy.json. */
export function writeTemplate(project: OpenProject): string {
  return `${JSON.stringify(compileFile(project.fileOf(MAIN), project), undefined, 2)}\n`;
}
