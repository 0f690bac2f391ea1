import type { Module } from '../bicep/ast.ts';
import { plainText } from '../bicep/plain-text.ts';
import { propertyOf } from '../bicep/property-of.ts';
import type { OpenProject } from '../open-project.ts';
import { MAIN } from '../sources.ts';
import { evaluate, isValueObject, UNKNOWN, type Value, type ValueObject } from './evaluate.ts';

const APP = 'infra/app/function-app.bicep';

/**
 * The settings that the app gets from the template under some parameters, those that only Azure knows as `UNKNOWN`;
 * undefined when they are written in a way that this does not follow.
 */
export function appSettings(
  project: OpenProject,
  parameters: Readonly<Record<string, Value>>,
): ValueObject | undefined {
  const main = { file: project.fileOf(MAIN), parameters: new Map(Object.entries(parameters)) };
  const module = [...main.file.modules.values()].find(({ path }) => `infra/${path}` === APP);
  const site = [...(project.files.get(APP)?.resources.values() ?? [])].find(
    ({ type }) => type === 'Microsoft.Web/sites',
  );
  if (module === undefined || site === undefined) return undefined;
  const given = parametersOf(module).map(([name, value]) => [name, evaluate(value, main)] as const);
  const app = { file: project.fileOf(APP), parameters: new Map(given) };
  // properties.siteConfig.appSettings: map(items(SETTINGS), …)
  let at = propertyOf(site.body, 'properties');
  for (const name of ['siteConfig', 'appSettings'])
    at = at?.kind === 'object' ? propertyOf(at, name) : undefined;
  const items = at?.kind === 'call' && at.name === 'map' ? at.args[0] : undefined;
  const settings = items?.kind === 'call' && items.name === 'items' ? items.args[0] : undefined;
  const value = settings === undefined ? UNKNOWN : evaluate(settings, app);
  return isValueObject(value) ? value : undefined;
}

/** What a module is given. */
export function parametersOf({ body }: Module) {
  const params = propertyOf(body, 'params');
  if (params?.kind !== 'object') return [];
  return params.properties.map(({ key, value }) => [plainText(key) ?? '', value] as const);
}
