import type { BicepFile } from '../bicep/ast.ts';
import { walkExpression } from '../bicep/walk-expression.ts';
import { allExpressions } from '../bicep/all-expressions.ts';
import type { Rule } from '../check-infra.ts';
import type { Finding } from '../finding.ts';

/** Every parameter and variable is used, and what is to be filled in or taken out is described. */
export const namesAreUsed: Rule = ({ files }) => [...files.values()].flatMap(ofFile);

function ofFile(file: BicepFile): readonly Finding[] {
  const used = new Set<string>();
  for (const expression of allExpressions(file)) {
    walkExpression(expression, (inner) => {
      if (inner.kind === 'name') used.add(inner.name);
    });
  }
  const declared = [...file.parameters.values(), ...file.variables.values()];
  const described = [...file.parameters.values(), ...file.outputs.values()];
  return [
    ...declared
      .filter(({ name }) => !used.has(name))
      .map(({ name, at }) => ({ rule: 'used', path: file.path, at, message: `${name} is never used` })),
    ...described
      .filter(({ decorators }) => !decorators.has('description'))
      .map(({ name, at }) => ({
        rule: 'described',
        path: file.path,
        at,
        message: `${name} has no description`,
      })),
  ];
}
