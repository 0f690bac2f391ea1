import type { Expression, StringExpression } from './ast.ts';

/** A text with nothing put in; undefined for any other expression. */
export function plainText(expression: Expression | StringExpression | undefined): string | undefined {
  if (expression?.kind !== 'string') return undefined;
  const [text, ...more] = expression.parts;
  return typeof text === 'string' && more.length === 0 ? text : undefined;
}
