import { expect, it } from 'vitest';
import type { BicepFile } from '../../scripts/infra/bicep/ast.ts';
import { openParser } from '../../scripts/infra/bicep/open-parser.ts';
import { parseFile } from '../../scripts/infra/bicep/parse-file.ts';
import { SyntaxFault } from '../../scripts/infra/bicep/syntax-fault.ts';
import { toArm } from '../../scripts/infra/compile/to-arm.ts';

const parseTree = await openParser();
const DECLARED = ['a', 'b', 'c', 'd'].map((name) => `param ${name} object\n`).join('');

function parse(text: string): BicepFile {
  return parseFile('test.bicep', text, parseTree);
}

function armOf(expression: string): string {
  const file = parse(`${DECLARED}var it = ${expression}\n`);
  const variable = file.variables.get('it');
  if (variable === undefined) throw new Error('there is no variable');
  return toArm(variable.value, { file, loops: new Map(), lambdas: new Set(), texts: new Map() });
}

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((name) => `parameters('${name}')`);

it.each([
  ['a ? b : c.x', `if(${A}, ${B}, ${C}.x)`],
  ['(a ? b : c).x', `if(${A}, ${B}, ${C}).x`],
  ['a ? b : c ? d : a.x[0].y', `if(${A}, ${B}, if(${C}, ${D}, ${A}.x[0].y))`],
  ['a ? b : (c ? d : a).x', `if(${A}, ${B}, if(${C}, ${D}, ${A}).x)`],
  ['!a.x && b', `and(not(${A}.x), ${B})`],
  ['a || b && c == d', `or(${A}, and(${B}, equals(${C}, ${D})))`],
  ['a || b.x == c', `or(${A}, equals(${B}.x, ${C}))`],
  ['a == b || c.x == d && a', `or(equals(${A}, ${B}), and(equals(${C}.x, ${D}), ${A}))`],
  ['a ? b : c.x == d', `if(${A}, ${B}, equals(${C}.x, ${D}))`],
  [
    'filter(a, each => each.x == b || c)',
    `filter(${A}, lambda('each', or(equals(lambdaVariables('each').x, ${B}), ${C})))`,
  ],
  ['a == b.x ? c : d', `if(equals(${A}, ${B}.x), ${C}, ${D})`],
  ['a!.x', `${A}.x`],
  ['a.?x ?? false', `coalesce(tryGet(${A}, 'x'), false())`],
  ['map(a, each => each.x)', `map(${A}, lambda('each', lambdaVariables('each').x))`],
  ["'${a}-{b}'", `format('{0}-{{b}}', ${A})`],
  [String.raw`'it\'s'`, `'it''s'`],
  ['a > 3 && b != null', `and(greater(${A}, 3), not(equals(${B}, null())))`],
  ["{ x: a, '${b}': [1, -2] }", `createObject('x', ${A}, format('{0}', ${B}), createArray(1, -2))`],
  ["a['x-y']", `${A}['x-y']`],
])('%s is %s', (bicep, arm) => {
  expect(armOf(bicep)).toBe(arm);
});

it.each([
  ['a brace that is not closed', "var a = {\n  b: 'c'\n"],
  ['a type of its own', 'type a = string\n'],
  ['a name that is declared twice', "var a = 'b'\nparam a string\n"],
  ['an import', "import { a } from 'b.bicep'\n"],
])('%s is refused, with its place', (_what, text) => {
  expect(() => parse(text)).toThrow(SyntaxFault);
});
