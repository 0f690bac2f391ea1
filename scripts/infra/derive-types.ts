// Derives infra/types/ from a checkout of github.com/Azure/bicep-types-az, reduced to what infra/ uses:
// npm run infra:types -- FOLDER
import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findingText } from './finding.ts';
import { openProject, type OpenProject } from './open-project.ts';
import { readSources } from './sources.ts';
import type { AzureObject, TypeFile } from './types/azure-type.ts';
import { type RawType, shrinkType } from './types/shrink-type.ts';
import { addUsage, createUsage, type Usage } from './types/usage.ts';

const root = new URL('../../', import.meta.url);
const folder = new URL('infra/types/', root);
const [checkout] = process.argv.slice(2);
const project = await openProject(await readSources(root));

if (checkout === undefined) {
  fail('say where Azure/bicep-types-az is checked out: npm run infra:types -- FOLDER');
} else if ('files' in project) {
  await derive(project, resolve(checkout));
} else {
  fail(...project.map(findingText));
}

async function derive({ files }: OpenProject, from: string): Promise<void> {
  const usages = new Map<string, Usage>();
  for (const file of files.values()) {
    for (const { type, apiVersion, body, at } of file.resources.values()) {
      const usage = usages.get(`${type}@${apiVersion}`) ?? createUsage();
      usages.set(`${type}@${apiVersion}`, usage);
      addUsage(usage, { at, kind: 'object', properties: body.properties }, file);
    }
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const names = [...usages.keys()].toSorted();
  for (const provider of new Set(names.map((name) => name.slice(0, name.indexOf('/'))))) {
    const resources: Record<string, AzureObject> = {};
    for (const name of names.filter((each) => each.startsWith(`${provider}/`))) {
      resources[name] = await find(name, usages.get(name) ?? createUsage(), from);
    }
    const written: TypeFile = {
      source: 'github.com/Azure/bicep-types-az, reduced to what infra/ uses by npm run infra:types',
      licence: 'MIT, Copyright (c) Microsoft Corporation',
      resources,
    };
    await writeFile(new URL(`${provider}.json`, folder), `${JSON.stringify(written, undefined, 1)}\n`);
  }
}

async function find(name: string, usage: Usage, from: string): Promise<AzureObject> {
  const [type = '', apiVersion = ''] = name.split('@');
  const provider = type.slice(0, type.indexOf('/')).toLowerCase();
  for await (const path of glob(`generated/*/${provider}/${apiVersion}/types.json`, { cwd: from })) {
    const types = JSON.parse(await readFile(resolve(from, path), 'utf8')) as RawType[];
    const found = types.find(
      (each) => each.$type === 'ResourceType' && String(each['name']).toLowerCase() === name.toLowerCase(),
    );
    if (found === undefined) continue;
    const body = types[Number((found['body'] as { readonly $ref: string }).$ref.slice(2))];
    if (body !== undefined) return shrinkBody(body, types, usage);
  }
  throw new Error(`${from} has no ${name}`);
}

function shrinkBody(body: RawType, types: readonly RawType[], usage: Usage): AzureObject {
  const shrunk = shrinkType(body, types, usage);
  return typeof shrunk === 'object' && 'properties' in shrunk ? shrunk : { properties: {} };
}

function fail(...lines: readonly string[]): void {
  for (const line of lines) console.error(line);
  process.exitCode = 1;
}
