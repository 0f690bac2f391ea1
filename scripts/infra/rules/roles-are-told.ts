import type { BicepFile, Expression } from '../bicep/ast.ts';
import { plainText } from '../bicep/plain-text.ts';
import { propertyOf } from '../bicep/property-of.ts';
import { walkExpression } from '../bicep/walk-expression.ts';
import type { Rule } from '../check-infra.ts';
import type { Finding } from '../finding.ts';

const GUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** A row of the table: role, id, file, and whatever more is said. */
const ROW = new RegExp(`^\\| [^|]+ \\| \`(${GUID})\` +\\| \`([^|\`]+)\` +\\|`, 'gm');
const DOC = 'docs/deploy.md';

/** The table of roles in docs/deploy.md has every role that is assigned, where it is assigned, and no other. */
export const rolesAreTold: Rule = ({ files }, sources) => {
  const table = new Set(
    [...(sources.get(DOC) ?? '').matchAll(ROW)].map(([, id, path]) => `${id} infra/app/${path}`),
  );
  const assigned = [...files.values()].flatMap((file) =>
    [...file.resources.values()]
      .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
      .flatMap(({ body, at, loop }) => {
        const properties = propertyOf(body, 'properties');
        const definition =
          properties?.kind === 'object' ? propertyOf(properties, 'roleDefinitionId') : undefined;
        const ids = [definition, loop?.over].flatMap((each) =>
          each === undefined ? [] : guidsIn(each, file),
        );
        return ids.map((id) => ({ id, at, path: file.path }));
      }),
  );
  const known = new Set(assigned.map(({ id, path }) => `${id} ${path}`));
  return [
    ...assigned
      .filter(({ id, path }) => !table.has(`${id} ${path}`))
      .map(({ id, at, path }): Finding => ({
        rule: 'roles',
        path,
        at,
        message: `the role ${id} is not in the table of ${DOC}`,
      })),
    ...[...table]
      .filter((row) => !known.has(row))
      .map((row): Finding => ({ rule: 'roles', path: DOC, message: `nobody assigns the role ${row}` })),
  ];
};

function guidsIn(expression: Expression, file: BicepFile): readonly string[] {
  const found: string[] = [];
  walkExpression(expression, (inner) => {
    const text = plainText(inner);
    if (text !== undefined && new RegExp(`^${GUID}$`).test(text)) found.push(text);
    const variable = inner.kind === 'name' ? file.variables.get(inner.name) : undefined;
    if (variable !== undefined) found.push(...guidsIn(variable.value, file));
  });
  return found;
}
