import type { Expression } from '../bicep/ast.ts';
import { plainText } from '../bicep/plain-text.ts';
import type { FileScope } from './file-scope.ts';
import { textToArm, toArm } from './to-arm.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A value of a template: JSON as it is, with expressions in brackets. */
export function toValue(expression: Expression, scope: FileScope): Json {
  switch (expression.kind) {
    case 'string':
      return plainText(expression) === undefined
        ? `[${toArm(expression, scope)}]`
        : escapeText(plainText(expression) ?? '');
    case 'number':
    case 'boolean':
      return expression.value;
    case 'null':
      return null;
    case 'object':
      return Object.fromEntries(
        expression.properties.map(({ key, value }) => [
          plainText(key) ?? `[${textToArm(key, scope)}]`,
          toValue(value, scope),
        ]),
      );
    case 'array':
      return expression.items.map((item) => toValue(item, scope));
    default:
      return `[${toArm(expression, scope)}]`;
  }
}

/** A text that begins with a bracket is an expression, unless with two. */
export function escapeText(text: string): string {
  return text.startsWith('[') && text.endsWith(']') ? `[${text}` : text;
}
