import type { BicepFile, Module, Parameter, Resource } from '../bicep/ast.ts';
import { plainText } from '../bicep/plain-text.ts';
import { propertyOf } from '../bicep/property-of.ts';
import { SyntaxFault } from '../bicep/syntax-fault.ts';
import { modulePath } from '../module-file.ts';
import { dependenciesOf } from './dependencies.ts';
import { type FileScope, insideLoop } from './file-scope.ts';
import { isRuntime } from './is-runtime.ts';
import { moduleScope } from './module-scope.ts';
import { toArm } from './to-arm.ts';
import { fullName, ownName, resourceId } from './to-symbol.ts';
import { symbolOf } from './symbol-of.ts';
import { escapeText, type Json, toValue } from './to-value.ts';

const SCHEMAS = {
  resourceGroup: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  subscription: 'https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#',
};

/** What is said of a resource beside what Azure is sent. */
const OURS: ReadonlySet<string> = new Set(['parent', 'scope', 'dependsOn', 'name']);

export interface Project {
  fileOf(path: string): BicepFile;
  /** What `loadTextContent` reads in a file, by its argument. */
  textsOf(file: BicepFile): ReadonlyMap<string, string>;
}

/** The ARM template of a file, with its modules inside: language version 2.0, where resources have symbolic names. */
export function compileFile(file: BicepFile, project: Project): Json {
  const texts = project.textsOf(file);
  const scope: FileScope = { file, loops: new Map(), lambdas: new Set(), texts };
  const loaded = [...texts.values()].map((text, index) => [`$fxv#${index}`, escapeText(text)] as const);
  const variables = [...file.variables.values()].filter(({ value }) => !isRuntime(value, file));
  return {
    $schema: SCHEMAS[file.scope],
    languageVersion: '2.0',
    contentVersion: '1.0.0.0',
    metadata: { _generator: { name: 'npm run infra:build' } },
    parameters: fromMap(file.parameters, (parameter) => toParameter(parameter, scope)),
    variables: {
      ...Object.fromEntries(loaded),
      ...Object.fromEntries(variables.map(({ name, value }) => [name, toValue(value, scope)])),
    },
    resources: {
      ...fromMap(file.resources, (resource) => toResource(resource, scope)),
      ...fromMap(file.modules, (module) => toDeployment(module, scope, project)),
    },
    outputs: fromMap(file.outputs, ({ type, value, decorators }) => ({
      type,
      ...described(decorators, scope),
      value: toValue(value, scope),
    })),
  };
}

function toParameter({ type, byDefault, decorators }: Parameter, scope: FileScope): Json {
  const rules = {
    allowed: 'allowedValues',
    minLength: 'minLength',
    maxLength: 'maxLength',
    minValue: 'minValue',
    maxValue: 'maxValue',
  };
  const limits = Object.entries(rules).flatMap(([decorator, name]) => {
    const [value] = decorators.get(decorator) ?? [];
    return value === undefined ? [] : [[name, toValue(value, scope)] as const];
  });
  return {
    type: decorators.has('secure') ? `secure${type === 'object' ? 'Object' : type}` : type,
    ...(byDefault === undefined ? {} : { defaultValue: toValue(byDefault, scope) }),
    ...Object.fromEntries(limits),
    ...described(decorators, scope),
  };
}

function described(decorators: Parameter['decorators'], scope: FileScope): { readonly [name: string]: Json } {
  const [description] = decorators.get('description') ?? [];
  return description === undefined ? {} : { metadata: { description: toValue(description, scope) } };
}

function toResource(resource: Resource, outside: FileScope): Json {
  const scope = insideLoop(outside, resource.loop, toArm);
  const name = fullName(resource, scope, toArm);
  const properties = resource.body.properties.filter(({ key }) => !OURS.has(plainText(key) ?? ''));
  const value = toValue({ at: resource.at, kind: 'object', properties }, scope);
  return {
    ...(resource.isExisting ? { existing: true } : {}),
    ...whenAndHowOften(resource, outside),
    type: resource.type,
    apiVersion: resource.apiVersion,
    ...extensionScope(resource, scope),
    name: name === undefined ? toValue(ownName(resource), scope) : `[${name}]`,
    ...(value as { readonly [name: string]: Json }),
    ...after(resource, scope),
  };
}

function extensionScope({ body }: Resource, scope: FileScope): { readonly [name: string]: Json } {
  const target = propertyOf(body, 'scope');
  if (target === undefined) return {};
  const symbol = symbolOf(target, scope.file);
  if (symbol?.resource === undefined)
    throw new SyntaxFault('the scope of a resource is a resource', target.at);
  return { scope: `[${resourceId(symbol.resource, scope, toArm)}]` };
}

function toDeployment(module: Module, outside: FileScope, project: Project): Json {
  const scope = insideLoop(outside, module.loop, toArm);
  const name = propertyOf(module.body, 'name');
  const given = propertyOf(module.body, 'params');
  if (name === undefined) throw new SyntaxFault('a module has a name', module.at);
  const parameters = given?.kind === 'object' ? given.properties : [];
  const path = modulePath(module, outside.file);
  return {
    ...whenAndHowOften(module, outside),
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2024-11-01',
    name: toValue(name, scope),
    ...moduleScope(module, scope),
    properties: {
      expressionEvaluationOptions: { scope: 'inner' },
      mode: 'Incremental',
      parameters: Object.fromEntries(
        parameters.map(({ key, value }) => [plainText(key) ?? '', { value: toValue(value, scope) }]),
      ),
      template: compileFile(project.fileOf(path), project),
    },
    ...after(module, scope),
  };
}

function whenAndHowOften(
  { name, condition, loop }: Resource | Module,
  scope: FileScope,
): { readonly [name: string]: Json } {
  return {
    ...(loop === undefined ? {} : { copy: { name, count: `[length(${toArm(loop.over, scope)})]` } }),
    ...(condition === undefined
      ? {}
      : { condition: `[${toArm(condition, insideLoop(scope, loop, toArm))}]` }),
  };
}

function after(declared: Resource | Module, scope: FileScope): { readonly [name: string]: Json } {
  const dependsOn = 'isExisting' in declared && declared.isExisting ? [] : dependenciesOf(declared, scope);
  return dependsOn.length === 0 ? {} : { dependsOn };
}

function fromMap<Value>(
  map: ReadonlyMap<string, Value>,
  to: (value: Value) => Json,
): { readonly [name: string]: Json } {
  return Object.fromEntries([...map].map(([name, value]) => [name, to(value)]));
}
