import type { Expression, ObjectExpression } from './ast.js';
import { plainText } from './plain-text.js';

/** The value of a property of an object that is written out; undefined when it is not there. */
export function propertyOf(object: ObjectExpression, name: string): Expression | undefined {
  return object.properties.find(({ key }) => plainText(key) === name)?.value;
}
