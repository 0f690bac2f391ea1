import type { BicepFile, Expression, ValueType } from '../bicep/ast.ts';
import { symbolOf } from '../compile/symbol-of.ts';
import type { OpenProject } from '../open-project.ts';
import { moduleFile } from '../module-file.ts';

/** What functions of Bicep return, where it is always one thing. */
const RETURNS: Readonly<Record<string, ValueType>> = {
  format: 'string',
  guid: 'string',
  loadTextContent: 'string',
  replace: 'string',
  resourceId: 'string',
  string: 'string',
  subscriptionResourceId: 'string',
  toLower: 'string',
  uniqueString: 'string',
  cidrSubnet: 'string',
  max: 'int',
  length: 'int',
  empty: 'bool',
  split: 'array',
  concat: 'array',
  map: 'array',
  items: 'array',
};

/** What an expression is, as far as that can be seen without deploying it. */
export function kindOf(
  expression: Expression,
  file: BicepFile,
  project: OpenProject,
): ValueType | 'null' | undefined {
  switch (expression.kind) {
    case 'string':
      return 'string';
    case 'number':
      return 'int';
    case 'boolean':
    case 'not':
      return 'bool';
    case 'null':
    case 'object':
    case 'array':
      return expression.kind;
    case 'binary':
      if (expression.operator === '??') return kindOf(expression.right, file, project);
      return /^[-+*/%]$/.test(expression.operator) ? 'int' : 'bool';
    case 'ternary':
      return kindOf(expression.whenTrue, file, project);
    case 'call':
      return RETURNS[expression.name];
    case 'name': {
      const variable = file.variables.get(expression.name);
      return variable === undefined
        ? file.parameters.get(expression.name)?.type
        : kindOf(variable.value, file, project);
    }
    case 'member': {
      const { of, name } = expression;
      const module =
        of.kind === 'member' && of.name === 'outputs' ? symbolOf(of.of, file)?.module : undefined;
      if (module !== undefined) return moduleFile(module, file, project)?.outputs.get(name)?.type;
      return symbolOf(of, file)?.resource !== undefined && (name === 'id' || name === 'name')
        ? 'string'
        : undefined;
    }
    case 'index':
    case 'lambda':
      return undefined;
  }
}
