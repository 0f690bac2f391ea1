import type { BicepFile, Expression } from '../bicep/ast.ts';
import { plainText } from '../bicep/plain-text.ts';

/** What is written at one place of a resource, in all its alternatives together. */
export interface Usage {
  readonly texts: Set<string>;
  readonly properties: Map<string, Usage>;
  items: Usage | undefined;
}

export function createUsage(): Usage {
  return { texts: new Set(), properties: new Map(), items: undefined };
}

/** Adds what an expression says. Variables are followed, parameters are not. */
export function addUsage(usage: Usage, expression: Expression, file: BicepFile): void {
  const add = (inner: Expression): void => addUsage(usage, inner, file);
  switch (expression.kind) {
    case 'string': {
      const text = plainText(expression);
      if (text !== undefined) usage.texts.add(text);
      return;
    }
    case 'object':
      for (const { key, value } of expression.properties) {
        const name = plainText(key) ?? '*';
        const property = usage.properties.get(name) ?? createUsage();
        usage.properties.set(name, property);
        addUsage(property, value, file);
      }
      return;
    case 'array':
      for (const item of expression.items) addItems(usage, item, file);
      return;
    case 'ternary':
      add(expression.whenTrue);
      add(expression.whenFalse);
      return;
    case 'call':
      if (expression.name === 'union' || expression.name === 'concat') expression.args.forEach(add);
      if (expression.name === 'map' && expression.args[1]?.kind === 'lambda')
        addItems(usage, expression.args[1].body, file);
      return;
    case 'name': {
      const variable = file.variables.get(expression.name);
      if (variable !== undefined) add(variable.value);
      return;
    }
    default:
  }
}

function addItems(usage: Usage, item: Expression, file: BicepFile): void {
  usage.items ??= createUsage();
  addUsage(usage.items, item, file);
}
