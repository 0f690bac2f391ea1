import type { BicepFile } from '../bicep/ast.ts';
import { plainText } from '../bicep/plain-text.ts';
import type { Rule } from '../check-infra.ts';
import type { Finding } from '../finding.ts';
import type { Sources } from '../sources.ts';
import type { AzureObject, TypeFile } from '../types/azure-type.ts';
import { checkValue } from '../types/check-value.ts';

const TYPES = 'infra/types/';
/** What Bicep says of a resource beside what Azure is sent. */
const OF_BICEP: ReadonlySet<string> = new Set(['parent', 'scope', 'dependsOn']);

/** Every resource has the properties that Azure knows, of the right types, with those it asks for. */
export const resourceTypes: Rule = ({ files, ...rest }, sources) => {
  const project = { files, ...rest };
  const findings: Finding[] = [];
  for (const file of files.values()) {
    for (const { type, apiVersion, isExisting, body, at } of file.resources.values()) {
      const name = `${type}@${apiVersion}`;
      const report = (where: Finding['at'], message: string): void => {
        findings.push({ rule: 'types', path: file.path, at: where, message: `${type}: ${message}` });
      };
      const known = typeOf(name, sources);
      if (known === undefined)
        report(at, `${apiVersion} is not in infra/types: npm run infra:types brings it`);
      if (known === undefined || isExisting) continue;
      const properties = body.properties.filter(({ key }) => !OF_BICEP.has(plainText(key) ?? ''));
      checkValue({ at, kind: 'object', properties }, known, { file, project, name: '', report });
    }
  }
  const used = new Set([...files.values()].flatMap(namesIn));
  for (const [path, text] of sources) {
    if (!path.startsWith(TYPES)) continue;
    for (const name of Object.keys((JSON.parse(text) as TypeFile).resources))
      if (!used.has(name)) findings.push({ rule: 'types', path, message: `${name} is used nowhere` });
  }
  return findings;
};

function namesIn({ resources }: BicepFile): readonly string[] {
  return [...resources.values()].map(({ type, apiVersion }) => `${type}@${apiVersion}`);
}

function typeOf(name: string, sources: Sources): AzureObject | undefined {
  const text = sources.get(`${TYPES}${name.slice(0, name.indexOf('/'))}.json`);
  return text === undefined ? undefined : (JSON.parse(text) as TypeFile).resources[name];
}
