import { compileFile } from './compile/compile-file.ts';
import type { OpenProject } from './open-project.ts';
import { MAIN } from './sources.ts';

/** The text of azuredeploy.json. */
export function writeTemplate(project: OpenProject): string {
  return `${JSON.stringify(compileFile(project.fileOf(MAIN), project), undefined, 2)}\n`;
}
