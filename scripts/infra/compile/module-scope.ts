import type { Module } from '../bicep/ast.ts';
import { propertyOf } from '../bicep/property-of.ts';
import { SyntaxFault } from '../bicep/syntax-fault.ts';
import type { FileScope } from './file-scope.ts';
import { symbolOf } from './symbol-of.ts';
import { toArm } from './to-arm.ts';
import { ownName } from './to-symbol.ts';
import { type Json, toValue } from './to-value.ts';

/** Where a module is deployed to: the group of the file, one of its own, or one of another subscription. */
export function moduleScope({ body }: Module, scope: FileScope): { readonly [name: string]: Json } {
  const target = propertyOf(body, 'scope');
  if (target === undefined) return {};
  const group = symbolOf(target, scope.file)?.resource;
  if (group?.type === 'Microsoft.Resources/resourceGroups')
    return { resourceGroup: toValue(ownName(group), scope) };
  if (target.kind === 'call' && target.name === 'resourceGroup') {
    const [first, second] = target.args;
    if (first !== undefined && second === undefined) return { resourceGroup: `[${toArm(first, scope)}]` };
    if (first !== undefined && second !== undefined) {
      return { subscriptionId: `[${toArm(first, scope)}]`, resourceGroup: `[${toArm(second, scope)}]` };
    }
  }
  throw new SyntaxFault('a module is deployed to a resource group', target.at);
}
