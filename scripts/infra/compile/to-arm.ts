import type { Expression, StringExpression } from '../bicep/ast.ts';
import { plainText } from '../bicep/plain-text.ts';
import { SyntaxFault } from '../bicep/syntax-fault.ts';
import type { FileScope } from './file-scope.ts';
import { isRuntime } from './is-runtime.ts';
import { moduleOutput, resourceMember } from './to-symbol.ts';

const OPERATORS: Readonly<Record<string, (left: string, right: string) => string>> = {
  '==': (left, right) => `equals(${left}, ${right})`,
  '!=': (left, right) => `not(equals(${left}, ${right}))`,
  '&&': (left, right) => `and(${left}, ${right})`,
  '||': (left, right) => `or(${left}, ${right})`,
  '??': (left, right) => `coalesce(${left}, ${right})`,
  '>': (left, right) => `greater(${left}, ${right})`,
  '>=': (left, right) => `greaterOrEquals(${left}, ${right})`,
  '<': (left, right) => `less(${left}, ${right})`,
  '<=': (left, right) => `lessOrEquals(${left}, ${right})`,
  '+': (left, right) => `add(${left}, ${right})`,
  '-': (left, right) => `sub(${left}, ${right})`,
  '*': (left, right) => `mul(${left}, ${right})`,
  '/': (left, right) => `div(${left}, ${right})`,
};

/** Those that mean the same in Bicep and in a template. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  'cidrSubnet',
  'concat',
  'empty',
  'environment',
  'filter',
  'guid',
  'items',
  'length',
  'map',
  'max',
  'replace',
  'resourceGroup',
  'split',
  'string',
  'subscription',
  'subscriptionResourceId',
  'toLower',
  'union',
  'uniqueString',
]);

const IDENTIFIER = /^[A-Za-z_]\w*$/;

/** An expression of ARM templates, without the brackets around it. */
export function toArm(expression: Expression, scope: FileScope): string {
  const arm = (inner: Expression): string => toArm(inner, scope);
  switch (expression.kind) {
    case 'string':
      return textToArm(expression, scope);
    case 'number':
      return String(expression.value);
    case 'boolean':
      return `${expression.value}()`;
    case 'null':
      return 'null()';
    case 'name':
      return nameToArm(expression, scope);
    case 'member':
      return memberToArm(expression, scope);
    case 'index':
      return `${arm(expression.of)}[${arm(expression.index)}]`;
    case 'call':
      return callToArm(expression, scope);
    case 'not':
      return `not(${arm(expression.operand)})`;
    case 'binary': {
      const write = OPERATORS[expression.operator];
      if (write === undefined) throw new SyntaxFault(`no rule for ${expression.operator}`, expression.at);
      return write(arm(expression.left), arm(expression.right));
    }
    case 'ternary':
      return `if(${arm(expression.condition)}, ${arm(expression.whenTrue)}, ${arm(expression.whenFalse)})`;
    case 'object':
      return `createObject(${expression.properties.map(({ key, value }) => `${textToArm(key, scope)}, ${arm(value)}`).join(', ')})`;
    case 'array':
      return `createArray(${expression.items.map(arm).join(', ')})`;
    case 'lambda': {
      const inner = { ...scope, lambdas: new Set([...scope.lambdas, ...expression.parameters]) };
      return `lambda(${[...expression.parameters.map(quote), toArm(expression.body, inner)].join(', ')})`;
    }
  }
}

export function textToArm({ parts }: StringExpression, scope: FileScope): string {
  const values = parts.filter((part) => typeof part !== 'string');
  const [first = ''] = parts;
  if (typeof first === 'string' && parts.length === 1) return quote(first);
  let index = 0;
  const format = parts.map((part) =>
    typeof part === 'string' ? part.replaceAll('{', '{{').replaceAll('}', '}}') : `{${index++}}`,
  );
  return `format(${[quote(format.join('')), ...values.map((value) => toArm(value, scope))].join(', ')})`;
}

function nameToArm({ name, at }: Expression & { readonly kind: 'name' }, scope: FileScope): string {
  if (scope.lambdas.has(name)) return `lambdaVariables(${quote(name)})`;
  const looped = scope.loops.get(name);
  if (looped !== undefined) return looped;
  const variable = scope.file.variables.get(name);
  // A variable of a template is known before anything is deployed; what is not is written where it is used.
  if (variable !== undefined)
    return isRuntime(variable.value, scope.file) ? toArm(variable.value, scope) : `variables(${quote(name)})`;
  if (scope.file.parameters.has(name)) return `parameters(${quote(name)})`;
  throw new SyntaxFault(`${name} is not declared here`, at);
}

function memberToArm(expression: Expression & { readonly kind: 'member' }, scope: FileScope): string {
  const symbol = moduleOutput(expression, scope, toArm) ?? resourceMember(expression, scope, toArm);
  if (symbol !== undefined) return symbol;
  const of = toArm(expression.of, scope);
  if (expression.safe) return `tryGet(${of}, ${quote(expression.name)})`;
  return IDENTIFIER.test(expression.name) ? `${of}.${expression.name}` : `${of}[${quote(expression.name)}]`;
}

function callToArm({ name, args, at }: Expression & { readonly kind: 'call' }, scope: FileScope): string {
  if (name === 'loadTextContent') {
    const file = plainText(args[0]) ?? '';
    const index = [...scope.texts.keys()].indexOf(file);
    if (index < 0) throw new SyntaxFault(`there is no file ${file}`, at);
    return `variables('$fxv#${index}')`;
  }
  if (!FUNCTIONS.has(name)) throw new SyntaxFault(`no rule for the function ${name}`, at);
  return `${name}(${args.map((each) => toArm(each, scope)).join(', ')})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
