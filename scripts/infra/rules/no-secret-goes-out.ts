import type { BicepFile, Expression } from '../bicep/ast.ts';
import { walkExpression } from '../bicep/walk-expression.ts';
import type { Rule } from '../check-infra.ts';
import type { Finding } from '../finding.ts';

const SECRET_CALL = /^(list|getSecret)/i;
const SECRET_PROPERTY =
  /connectionstring|instrumentationkey|password|primarykey|secondarykey|accesskey|secretvalue/i;

/** No output holds a secret: outputs can be read by whoever may read deployments. */
export const noSecretGoesOut: Rule = ({ files }) =>
  [...files.values()].flatMap((file) =>
    [...file.outputs.values()]
      .filter(({ value }) => holdsSecret(value, file))
      .map(({ name, at }): Finding => ({
        rule: 'secrets',
        path: file.path,
        at,
        message: `the output ${name} is a secret`,
      })),
  );

function holdsSecret(expression: Expression, file: BicepFile): boolean {
  let found = false;
  walkExpression(expression, (inner) => {
    if (inner.kind === 'call' && SECRET_CALL.test(inner.name)) found = true;
    if (inner.kind === 'member' && SECRET_PROPERTY.test(inner.name)) found = true;
    if (inner.kind !== 'name') return;
    if (file.parameters.get(inner.name)?.decorators.has('secure') === true) found = true;
    const variable = file.variables.get(inner.name);
    // Whether there is a secret is none.
    if (variable !== undefined && !isTest(variable.value) && holdsSecret(variable.value, file)) found = true;
  });
  return found;
}

function isTest(expression: Expression): boolean {
  return expression.kind === 'not'
    ? isTest(expression.operand)
    : expression.kind === 'call' && expression.name === 'empty';
}
