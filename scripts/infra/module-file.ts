import type { BicepFile, Module } from './bicep/ast.ts';

/** The path of a module's file from the root of the repository. */
export function modulePath(module: Module, file: BicepFile): string {
  return new URL(module.path, `file:///${file.path}`).pathname.slice(1);
}

/** The file of a module; undefined where there is none. */
export function moduleFile(
  module: Module,
  file: BicepFile,
  { files }: { readonly files: ReadonlyMap<string, BicepFile> },
): BicepFile | undefined {
  return files.get(modulePath(module, file));
}
