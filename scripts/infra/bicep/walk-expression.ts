import type { Expression, StringExpression } from './ast.ts';

/** Visits an expression and everything in it, from the outside in. */
export function walkExpression(expression: Expression, visit: (expression: Expression) => void): void {
  visit(expression);
  for (const inner of partsOf(expression)) walkExpression(inner, visit);
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'string':
      return inString(expression);
    case 'member':
      return [expression.of];
    case 'index':
      return [expression.of, expression.index];
    case 'call':
      return expression.args;
    case 'not':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'ternary':
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case 'object':
      return expression.properties.flatMap(({ key, value }) => [...inString(key), value]);
    case 'array':
      return expression.items;
    case 'lambda':
      return [expression.body];
    case 'number':
    case 'boolean':
    case 'null':
    case 'name':
      return [];
  }
}

function inString({ parts }: StringExpression): readonly Expression[] {
  return parts.filter((part) => typeof part !== 'string');
}
