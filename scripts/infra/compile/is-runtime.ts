import { walkExpression } from '../bicep/walk-expression.ts';
import type { BicepFile, Expression } from '../bicep/ast.ts';
import { symbolOf } from './symbol-of.ts';

/** What of a resource is known before it is deployed. */
export const KNOWN_EARLY: ReadonlySet<string> = new Set(['id', 'name', 'type', 'apiVersion']);

/** Whether a value is known only when something was deployed. */
export function isRuntime(expression: Expression, file: BicepFile): boolean {
  let found = false;
  walkExpression(expression, (inner) => {
    if (inner.kind === 'name') {
      const variable = file.variables.get(inner.name);
      if (variable !== undefined && isRuntime(variable.value, file)) found = true;
    }
    if (inner.kind === 'call' && /^(list|reference|getSecret)/.test(inner.name)) found = true;
    if (inner.kind !== 'member') return;
    const symbol = symbolOf(inner.of, file);
    if (symbol?.module !== undefined) found = true;
    if (symbol?.resource !== undefined && !KNOWN_EARLY.has(inner.name)) found = true;
  });
  return found;
}
