import type { BicepFile, Expression, Module, Resource } from '../bicep/ast.ts';
import { propertyOf } from '../bicep/property-of.ts';
import { walkExpression } from '../bicep/walk-expression.ts';
import { KNOWN_EARLY } from './is-runtime.ts';
import type { FileScope } from './file-scope.ts';
import { type NamedSymbol, symbolOf } from './symbol-of.ts';
import { toArm } from './to-arm.ts';
import { symbolText } from './to-symbol.ts';

/** What must be deployed before: all that the body names, through variables and through what is only looked up. */
export function dependenciesOf(declared: Resource | Module, scope: FileScope): readonly string[] {
  const texts = symbolsOf(declared, scope.file).map(({ name, index }) => {
    const text = symbolText(name, index, scope, toArm);
    return index === undefined ? name : `[${text}]`;
  });
  return [...new Set(texts)].toSorted();
}

function symbolsOf(declared: Resource | Module, file: BicepFile): readonly NamedSymbol[] {
  const expressions = [
    { at: declared.at, kind: 'object', properties: declared.body.properties } as const,
    ...(declared.condition === undefined ? [] : [declared.condition]),
    ...(declared.loop === undefined ? [] : [declared.loop.over]),
  ];
  const explicit = propertyOf(declared.body, 'dependsOn');
  return [...expressions, ...(explicit === undefined ? [] : [explicit])].flatMap((expression) =>
    symbolsIn(expression, file),
  );
}

function symbolsIn(expression: Expression, file: BicepFile): readonly NamedSymbol[] {
  const found: NamedSymbol[] = [];
  const indexed = new Set<Expression>();
  walkExpression(expression, (inner) => {
    const variable = inner.kind === 'name' ? file.variables.get(inner.name) : undefined;
    if (variable !== undefined) found.push(...symbolsIn(variable.value, file));
    // What exists is read before, where more is asked for than is known already.
    const read =
      inner.kind === 'member' && !KNOWN_EARLY.has(inner.name) ? symbolOf(inner.of, file) : undefined;
    if (read?.resource?.isExisting === true) found.push(read);
    if (indexed.has(inner)) return;
    const symbol = symbolOf(inner, file);
    if (symbol === undefined) return;
    if (inner.kind === 'index') indexed.add(inner.of);
    if (symbol.resource?.isExisting === true) found.push(...symbolsOf(symbol.resource, file));
    else found.push(symbol);
  });
  return found;
}
