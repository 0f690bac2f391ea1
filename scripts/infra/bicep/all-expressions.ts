import type { BicepFile, Expression } from './ast.ts';

/** Every expression of a file, from the outside. */
export function allExpressions(file: BicepFile): readonly Expression[] {
  const deployed = [...file.resources.values(), ...file.modules.values()];
  return [
    ...[...file.parameters.values()].flatMap(({ byDefault }) => (byDefault === undefined ? [] : [byDefault])),
    ...[...file.variables.values()].map(({ value }) => value),
    ...deployed.flatMap(({ at, body: { properties }, condition, loop }): readonly Expression[] => [
      { at, kind: 'object', properties },
      ...(condition === undefined ? [] : [condition]),
      ...(loop === undefined ? [] : [loop.over]),
    ]),
    ...[...file.outputs.values()].map(({ value }) => value),
  ];
}
