import { plainText } from '../bicep/plain-text.js';
import type { Rule } from '../check-infra.js';
import type { Finding } from '../finding.js';
import type { Sources } from '../sources.js';
import type { AzureObject, TypeFile } from '../types/azure-type.js';
import { checkValue } from '../types/check-value.js';

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
  return findings;
};

function typeOf(name: string, sources: Sources): AzureObject | undefined {
  const text = sources.get(`infra/types/${name.slice(0, name.indexOf('/'))}.json`);
  return text === undefined ? undefined : (JSON.parse(text) as TypeFile).resources[name];
}
