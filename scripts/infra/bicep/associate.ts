import type { Expression, Position } from './ast.ts';

/** A piece of an expression, in the order of the text: what operators stand between, before or around. */
export type Token =
  | { readonly kind: 'operand'; readonly expression: Expression }
  | { readonly kind: 'operator'; readonly text: string; readonly at: Position }
  | { readonly kind: 'arrow'; readonly parameters: readonly string[]; readonly at: Position };

/** The operators between two operands, the loosest first: learn.microsoft.com/azure/azure-resource-manager/bicep/operators */
const LEVELS: readonly (readonly string[])[] = [
  ['??'],
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

/**
 * Puts an expression together by the rules of Bicep. The grammar's own grouping goes wrong where an operand has
 * properties: it takes `a ? b : c.d` for `(a ? b : c).d` and `a || b.c == d` for `(a || b).c == d`.
 */
export function associate(tokens: readonly Token[]): Expression {
  let index = 0;

  function isNext(text: string): boolean {
    const token = tokens[index];
    return token?.kind === 'operator' && token.text === text;
  }

  function whole(): Expression {
    const token = tokens[index];
    if (token?.kind === 'arrow') {
      index++;
      return { at: token.at, kind: 'lambda', parameters: token.parameters, body: whole() };
    }
    const condition = between(0);
    if (!isNext('?')) return condition;
    index++;
    const whenTrue = whole();
    index++;
    return { at: condition.at, kind: 'ternary', condition, whenTrue, whenFalse: whole() };
  }

  function between(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return single();
    let left = between(level + 1);
    for (;;) {
      const operator = operators.find(isNext);
      if (operator === undefined) return left;
      index++;
      left = { at: left.at, kind: 'binary', operator, left, right: between(level + 1) };
    }
  }

  function single(): Expression {
    const token = tokens[index++];
    if (token?.kind === 'operator' && token.text === '!')
      return { at: token.at, kind: 'not', operand: single() };
    if (token?.kind === 'operand') return token.expression;
    throw new Error('an expression lacks an operand, which the grammar does not let through');
  }

  return whole();
}
