import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { rooms } from './rooms.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A source file of the product or of a workspace; tests are left out. Paths are from the root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly lines: number;
  /** Files of ours that it imports, as values or as types. */
  readonly imports: readonly string[];
}

/** The rooms and files as they are in the working tree, by the imports in their text. */
export function readHouse(): readonly SourceFile[] {
  const names = Object.keys(rooms).toSorted((one, other) => other.length - one.length);
  const paths = globSync('{src,packages/*/src}/**/*.{ts,tsx}', { cwd: ROOT })
    .map((path) => path.replaceAll(sep, '/'))
    .filter((path) => !path.includes('node_modules') && !path.endsWith('.d.ts'))
    .toSorted();
  return paths.map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const { importedFiles } = ts.preProcessFile(text, true, true);
    return {
      path,
      room: names.find((name) => path.startsWith(`${name}/`)) ?? dirname(path),
      lines: text.split('\n').length - 1,
      imports: importedFiles.flatMap(({ fileName }) => toPath(path, fileName)),
    };
  });
}

/** The workspaces are imported by name. */
function toPath(from: string, specifier: string): readonly string[] {
  const workspace = /^@blobmirror\/([^/]+)(?:\/(.+))?$/.exec(specifier);
  if (workspace !== null) return [`packages/${workspace[1]}/src/${workspace[2] ?? 'index'}.ts`];
  return specifier.startsWith('.') ? [posix.join(posix.dirname(from), specifier)] : [];
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The pages of the documentation, READMEs of rooms included. */
export function listPages(): readonly string[] {
  const globs = ['*.md', 'docs/**/*.md', '{src,packages,bench,infra}/**/README.md'];
  return globs
    .flatMap((glob) => globSync(glob, { cwd: ROOT, exclude: (name) => name === 'node_modules' }))
    .map((path) => path.replaceAll(sep, '/'))
    .filter((path) => path !== 'CHANGELOG.md');
}

export function absolute(path: string): string {
  return join(ROOT, path);
}

export function isThere(path: string): boolean {
  return existsSync(join(ROOT, path));
}
