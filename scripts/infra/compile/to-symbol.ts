import type { BicepFile, Expression, Resource } from '../bicep/ast.ts';
import { propertyOf } from '../bicep/property-of.ts';
import { SyntaxFault } from '../bicep/syntax-fault.ts';
import { type FileScope, insideLoop } from './file-scope.ts';
import { symbolOf } from './symbol-of.ts';

type ToArm = (expression: Expression, scope: FileScope) => string;
type Member = Expression & { readonly kind: 'member' };

/** `module.outputs.x` */
export function moduleOutput({ of, name }: Member, scope: FileScope, toArm: ToArm): string | undefined {
  if (of.kind !== 'member' || of.name !== 'outputs') return undefined;
  const symbol = symbolOf(of.of, scope.file);
  if (symbol?.module === undefined) return undefined;
  return `reference(${symbolText(symbol.name, symbol.index, scope, toArm)}).outputs.${name}.value`;
}

/** `resource.id`, and whatever else a resource has: its own properties, or those beside them. */
export function resourceMember({ of, name, at }: Member, scope: FileScope, toArm: ToArm): string | undefined {
  const symbol = symbolOf(of, scope.file);
  if (symbol === undefined) return undefined;
  const { resource, index } = symbol;
  if (resource === undefined) throw new SyntaxFault(`a module has outputs, and no ${name}`, at);
  const inside = insideLoop(
    scope,
    resource.loop,
    toArm,
    index === undefined ? undefined : toArm(index, scope),
  );
  const reference = symbolText(symbol.name, index, scope, toArm);
  switch (name) {
    case 'id':
      if (propertyOf(resource.body, 'scope') !== undefined)
        throw new SyntaxFault('no rule for the id of what is scoped to another resource', at);
      return resourceId(resource, inside, toArm);
    case 'name':
      return toArm(ownName(resource), inside);
    case 'type':
      return `'${resource.type}'`;
    case 'properties':
      return `reference(${reference})`;
    default:
      return `reference(${reference}, '${resource.apiVersion}', 'full').${name}`;
  }
}

/** The id of a resource in the group that the file is deployed to, or in its subscription. */
export function resourceId(resource: Resource, scope: FileScope, toArm: ToArm): string {
  const call = scope.file.scope === 'subscription' ? 'subscriptionResourceId' : 'resourceId';
  const names = nameSegments(resource, scope, toArm);
  return `${call}(${[`'${resource.type}'`, ...names].join(', ')})`;
}

/** The name as ARM has it, with those of the parents before it. */
export function fullName(resource: Resource, scope: FileScope, toArm: ToArm): string | undefined {
  const segments = nameSegments(resource, scope, toArm);
  if (segments.length === 1) return undefined;
  return `format('${segments.map((_, index) => `{${index}}`).join('/')}', ${segments.join(', ')})`;
}

export function ownName(resource: Resource): Expression {
  const name = propertyOf(resource.body, 'name');
  if (name === undefined) throw new SyntaxFault(`${resource.name} has no name`, resource.at);
  return name;
}

function parentOf(
  resource: Resource,
  file: BicepFile,
): { readonly resource: Resource; readonly index: Expression | undefined } | undefined {
  const parent = propertyOf(resource.body, 'parent');
  if (parent === undefined) return undefined;
  const symbol = symbolOf(parent, file);
  if (symbol?.resource === undefined) throw new SyntaxFault('a parent is a resource', parent.at);
  return { resource: symbol.resource, index: symbol.index };
}

function nameSegments(resource: Resource, scope: FileScope, toArm: ToArm): readonly string[] {
  const own = toArm(ownName(resource), scope);
  const parent = parentOf(resource, scope.file);
  if (parent === undefined) return [own];
  const { index } = parent;
  const inside = insideLoop(
    scope,
    parent.resource.loop,
    toArm,
    index === undefined ? undefined : toArm(index, scope),
  );
  return [...nameSegments(parent.resource, inside, toArm), own];
}

/** How other parts of a template name a resource or a module. */
export function symbolText(
  name: string,
  index: Expression | undefined,
  scope: FileScope,
  toArm: ToArm,
): string {
  return index === undefined ? `'${name}'` : `format('${name}[{0}]', ${toArm(index, scope)})`;
}
