import { readFile, readdir } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';

/** The files of deploy/kubernetes by name. Tests change one. */
export type KubernetesFiles = Readonly<Record<string, string>>;

/** A value of a manifest. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

export interface Manifest {
  readonly file: string;
  readonly kind: string;
  readonly name: string;
  readonly content: JsonObject;
}

export const KUSTOMIZATION = 'kustomization.yaml';
const FOLDER = new URL('../../deploy/kubernetes/', import.meta.url);

/** Without what git ignores. */
export async function readKubernetesFiles(): Promise<KubernetesFiles> {
  const names = (await readdir(FOLDER)).filter((name) => /\.(?:yaml|env)$/.test(name));
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await readFile(new URL(name, FOLDER), 'utf8')] as const),
    ),
  );
}

/** Every object of the files but the kustomization. @throws Error that names the file that is no YAML or no object */
export function manifestsOf(files: KubernetesFiles): readonly Manifest[] {
  return Object.keys(files)
    .filter((file) => file.endsWith('.yaml') && file !== KUSTOMIZATION)
    .flatMap((file) => parse(file, files[file] ?? ''));
}

export function kustomizationOf(files: KubernetesFiles): JsonObject {
  const [manifest] = parse(KUSTOMIZATION, files[KUSTOMIZATION] ?? '');
  return manifest?.content ?? {};
}

function parse(file: string, text: string): readonly Manifest[] {
  return parseAllDocuments(text, { strict: true, uniqueKeys: true }).map((document) => {
    const [error] = [...document.errors, ...document.warnings];
    const content: unknown = document.toJS();
    if (error !== undefined || !isObject(content))
      throw new Error(`${file} is no object in YAML${error === undefined ? '' : `: ${error.message}`}`);
    return { file, kind: textAt(content, 'kind'), name: textAt(content, 'metadata', 'name'), content };
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path; undefined where there is none. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((found, name) => (isObject(found) ? found[name] : undefined), value);
}

export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}
