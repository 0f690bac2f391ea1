import { SyntaxFault } from '../bicep/syntax-fault.ts';
import type { Rule } from '../check-infra.ts';
import { MAIN, TEMPLATE } from '../sources.ts';
import { writeTemplate } from '../write-template.ts';

/** azuredeploy.json is what the Bicep compiles to. */
export const templateInStep: Rule = (project, sources) => {
  try {
    if (sources.get(TEMPLATE) === writeTemplate(project)) return [];
    return [
      {
        rule: 'template',
        path: TEMPLATE,
        message: 'is not what infra/main.bicep compiles to: npm run infra:build writes it',
      },
    ];
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return [{ rule: 'compiles', path: MAIN, at: error.at, message: error.message }];
  }
};
