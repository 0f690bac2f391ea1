import { expect, it } from 'vitest';
import { openParser } from '../../scripts/infra/bicep/open-parser.ts';
import { parseFile } from '../../scripts/infra/bicep/parse-file.ts';
import { compileFile } from '../../scripts/infra/compile/compile-file.ts';
import type { Json } from '../../scripts/infra/compile/to-value.ts';

const parseTree = await openParser();

/** Compiles `main.bicep` of a few files. */
function compile(files: Readonly<Record<string, string>>): Readonly<Record<string, Json>> {
  const fileOf = (path: string) => parseFile(path, files[path] ?? '', parseTree);
  const template = compileFile(fileOf('main.bicep'), {
    fileOf,
    textsOf: () => new Map([['a.json', '{"b": 1}']]),
  });
  return template as Readonly<Record<string, Json>>;
}

const ACCOUNT = `resource account 'Microsoft.Storage/storageAccounts@2025-01-01'`;
const BLOBS = 'Microsoft.Storage/storageAccounts/blobServices';

it('a child has the names of its parents before its own, and comes after them', () => {
  const { resources } = compile({
    'main.bicep': `param name string
${ACCOUNT} = { name: name }
resource blobs '${BLOBS}@2025-01-01' = { parent: account, name: 'default' }
output id string = blobs.id
`,
  });
  expect(resources).toMatchObject({
    blobs: {
      type: BLOBS,
      apiVersion: '2025-01-01',
      name: `[format('{0}/{1}', parameters('name'), 'default')]`,
      dependsOn: ['account'],
    },
  });
});

it('what exists is waited for only where more is asked of it than its name', () => {
  const { resources, outputs } = compile({
    'main.bicep': `${ACCOUNT} existing = { name: 'x' }
resource one 'A/b@2020-01-01' = { name: 'one', properties: { id: account.id } }
resource two 'A/b@2020-01-01' = { name: 'two', properties: { at: account.properties.primaryEndpoints.blob } }
output place string = account.location
`,
  });
  const id = `resourceId('Microsoft.Storage/storageAccounts', 'x')`;
  expect(resources).toEqual({
    account: {
      existing: true,
      type: 'Microsoft.Storage/storageAccounts',
      apiVersion: '2025-01-01',
      name: 'x',
    },
    one: { type: 'A/b', apiVersion: '2020-01-01', name: 'one', properties: { id: `[${id}]` } },
    two: {
      type: 'A/b',
      apiVersion: '2020-01-01',
      name: 'two',
      properties: { at: `[reference('account').primaryEndpoints.blob]` },
      dependsOn: ['account'],
    },
  });
  expect(outputs).toEqual({
    place: { type: 'string', value: `[reference('account', '2025-01-01', 'full').location]` },
  });
});

it('a loop is copied, and its item is had by the index', () => {
  const { resources } = compile({
    'main.bicep': `var names = ['a', 'b']
resource zones 'A/zones@2020-01-01' = [for name in names: { name: name }]
resource links 'A/zones/links@2020-01-01' = [for (name, i) in names: if (name != 'a') { parent: zones[i], name: 'l\${i}' }]
`,
  });
  expect(resources).toEqual({
    zones: {
      copy: { name: 'zones', count: `[length(variables('names'))]` },
      type: 'A/zones',
      apiVersion: '2020-01-01',
      name: `[variables('names')[copyIndex()]]`,
    },
    links: {
      copy: { name: 'links', count: `[length(variables('names'))]` },
      condition: `[not(equals(variables('names')[copyIndex()], 'a'))]`,
      type: 'A/zones/links',
      apiVersion: '2020-01-01',
      name: `[format('{0}/{1}', variables('names')[copyIndex()], format('l{0}', copyIndex()))]`,
      dependsOn: [`[format('zones[{0}]', copyIndex())]`],
    },
  });
});

it('a module is a deployment of its own, and what only it knows is written where it is used', () => {
  const { variables, resources } = compile({
    'main.bicep': `targetScope = 'subscription'
resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = { name: 'rg' }
module one 'one.bicep' = { name: 'one', scope: group, params: { a: 'x' } }
module two 'one.bicep' = if (early) { name: 'two', scope: resourceGroup('s', 'other'), params: { a: late } }
var early = true
var late = one.outputs.b
`,
    'one.bicep': `param a string\noutput b string = a\n`,
  });
  expect(variables).toEqual({ '$fxv#0': '{"b": 1}', early: true });
  expect(resources).toMatchObject({
    one: { resourceGroup: 'rg', properties: { parameters: { a: { value: 'x' } } }, dependsOn: ['group'] },
    two: {
      condition: `[variables('early')]`,
      subscriptionId: `['s']`,
      resourceGroup: `['other']`,
      properties: {
        expressionEvaluationOptions: { scope: 'inner' },
        parameters: { a: { value: `[reference('one').outputs.b.value]` } },
      },
      dependsOn: ['one'],
    },
  });
});

it('a text in brackets stays a text, and null stays null', () => {
  const { variables } = compile({
    'main.bicep': `var a = '[x]'\nvar b = { c: null, d: loadTextContent('a.json') }\n`,
  });
  expect(variables).toMatchObject({ a: '[[x]', b: { c: null, d: `[variables('$fxv#0')]` } });
});

it.each([
  ['a function that may mean something else in a template', `var a = any('b')`],
  ['an item that may be missing', `param a array\nvar b = a[?0]`],
  [
    'the id of a role that is scoped',
    `${ACCOUNT} = { name: 'x' }\nresource r 'A/b@2020-01-01' = { name: 'r', scope: account }\noutput id string = r.id`,
  ],
])('%s is refused rather than compiled otherwise', (_what, text) => {
  expect(() => compile({ 'main.bicep': `${text}\n` })).toThrow(/outside the subset|no rule/);
});
