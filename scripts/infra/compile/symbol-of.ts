import type { BicepFile, Expression, Module, Resource } from '../bicep/ast.ts';

/** A resource or a module that an expression names, one of a loop by its index. */
export interface NamedSymbol {
  readonly resource?: Resource;
  readonly module?: Module;
  readonly name: string;
  readonly index?: Expression;
}

export function symbolOf(expression: Expression, file: BicepFile): NamedSymbol | undefined {
  if (expression.kind === 'index') {
    const symbol = symbolOf(expression.of, file);
    return symbol === undefined ? undefined : { ...symbol, index: expression.index };
  }
  if (expression.kind !== 'name') return undefined;
  const { name } = expression;
  const resource = file.resources.get(name);
  if (resource !== undefined) return { name, resource };
  const module = file.modules.get(name);
  return module === undefined ? undefined : { name, module };
}
