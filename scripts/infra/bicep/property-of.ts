import type { Expression, ObjectExpression } from './ast.ts';
import { plainText } from './plain-text.ts';

/** The value of a property of an object that is written out; undefined when it is not there. */
export function propertyOf(object: ObjectExpression, name: string): Expression | undefined {
  return object.properties.find(({ key }) => plainText(key) === name)?.value;
}
