import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { type JsonObject, textAt } from './manifests.ts';

export const SCHEMAS = fileURLToPath(new URL('schemas/', import.meta.url));

/** A class of these packages: it takes an object of its kind, and throws what is wrong with it. */
interface Model {
  new (content: JsonObject): { validate(): void };
}

/**
 * What Kubernetes and KEDA would not take, or ignore: a line each. Their schemas tell wrong values, and let a field that
 * they do not know pass; their types tell that one.
 */
export async function findInSchemas(manifests: readonly JsonObject[]): Promise<readonly string[]> {
  const values = await Promise.all(manifests.map(findValues));
  return [...values.flat(), ...findFields(manifests)];
}

async function findValues(manifest: JsonObject): Promise<readonly string[]> {
  const kind = textAt(manifest, 'kind');
  // By its path: the project itself does not depend on the packages.
  const file = pathToFileURL(join(SCHEMAS, 'node_modules', `${moduleOf(manifest)}.js`));
  const exported = (await import(file.href)) as Readonly<Record<string, Model>>;
  const model = exported[kind];
  if (model === undefined) return [`${kind} is no kind of ${textAt(manifest, 'apiVersion')}`];
  try {
    new model(manifest).validate();
    return [];
  } catch (error) {
    return [`${nameOf(manifest)}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** As literals of their types, in which TypeScript knows every field. */
function findFields(manifests: readonly JsonObject[]): readonly string[] {
  const file = join(SCHEMAS, 'manifests.ts');
  const literals = manifests.map((manifest, index) => {
    const kind = textAt(manifest, 'kind');
    return `import type { I${kind} as Type${index} } from '${moduleOf(manifest)}';
export const manifest${index}: Type${index} = ${JSON.stringify(manifest, undefined, 2)};`;
  });
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => name === file || disk.fileExists(name),
    getSourceFile: (name, ...rest) =>
      name === file
        ? ts.createSourceFile(name, literals.join('\n'), ts.ScriptTarget.ESNext)
        : disk.getSourceFile(name, ...rest),
  };
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText, file: where, start }) => {
    const line = where === undefined || start === undefined ? '' : lineAt(where, start);
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

function lineAt(file: ts.SourceFile, start: number): string {
  const { line } = file.getLineAndCharacterOfPosition(start);
  return (file.text.split('\n')[line] ?? '').trim();
}

function moduleOf(manifest: JsonObject): string {
  const version = textAt(manifest, 'apiVersion');
  const where = version.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models';
  return `${where}/${version}/${textAt(manifest, 'kind')}`;
}

function nameOf(manifest: JsonObject): string {
  return `${textAt(manifest, 'kind')} ${textAt(manifest, 'metadata', 'name')}`;
}
