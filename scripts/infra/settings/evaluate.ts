import type { BicepFile, Expression } from '../bicep/ast.ts';
import { plainText } from '../bicep/plain-text.ts';

/** Known only to Azure. */
export const UNKNOWN = Symbol('unknown');

export type Value = string | number | boolean | null | typeof UNKNOWN | readonly Value[] | ValueObject;
export interface ValueObject {
  readonly [name: string]: Value;
}

/** A file with what its parameters are. */
export interface Evaluated {
  readonly file: BicepFile;
  readonly parameters: ReadonlyMap<string, Value>;
}

/** What an expression comes to, as far as it can be said beforehand. */
export function evaluate(expression: Expression, context: Evaluated): Value {
  const of = (inner: Expression): Value => evaluate(inner, context);
  switch (expression.kind) {
    case 'string': {
      const text = plainText(expression);
      if (text !== undefined) return text;
      const parts = expression.parts.map((part) => (typeof part === 'string' ? part : of(part)));
      return parts.every((part) => part !== UNKNOWN && typeof part !== 'object') ? parts.join('') : UNKNOWN;
    }
    case 'number':
    case 'boolean':
      return expression.value;
    case 'null':
      return null;
    case 'name':
      return nameValue(expression.name, context);
    case 'object':
      return Object.fromEntries(
        expression.properties.map(({ key, value }) => [plainText(key) ?? '*', of(value)]),
      );
    case 'array':
      return expression.items.map(of);
    case 'not': {
      const operand = of(expression.operand);
      return typeof operand === 'boolean' ? !operand : UNKNOWN;
    }
    case 'ternary': {
      const condition = of(expression.condition);
      if (typeof condition !== 'boolean') return UNKNOWN;
      return of(condition ? expression.whenTrue : expression.whenFalse);
    }
    case 'binary':
      return binaryValue(expression.operator, of(expression.left), of(expression.right));
    case 'call':
      return callValue(expression.name, expression.args.map(of));
    case 'member':
    case 'index':
    case 'lambda':
      return UNKNOWN;
  }
}

function nameValue(name: string, context: Evaluated): Value {
  const given = context.parameters.get(name);
  if (given !== undefined) return given;
  const variable = context.file.variables.get(name);
  const byDefault = context.file.parameters.get(name)?.byDefault;
  const value = variable?.value ?? byDefault;
  return value === undefined ? UNKNOWN : evaluate(value, context);
}

function binaryValue(operator: string, left: Value, right: Value): Value {
  if (operator === '&&' && (left === false || right === false)) return false;
  if (operator === '||' && (left === true || right === true)) return true;
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '&&':
      return left === true && right === true;
    case '||':
      return left === true || right === true;
    case '??':
      return left ?? right;
    default:
      return UNKNOWN;
  }
}

function callValue(name: string, args: readonly Value[]): Value {
  const [first] = args;
  switch (name) {
    case 'empty':
      return typeof first === 'string' ? first === '' : UNKNOWN;
    case 'string':
      return first === UNKNOWN || typeof first === 'object' ? UNKNOWN : String(first);
    case 'union':
      return args.every(isValueObject) ? Object.fromEntries(args.flatMap(Object.entries<Value>)) : UNKNOWN;
    default:
      return UNKNOWN;
  }
}

export function isValueObject(value: Value | undefined): value is ValueObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
