import { posix } from 'node:path';
import { drawInto, PAGE, readmeOf } from './draw-house.ts';
import { isThere, listPages, readHouse, readText, type SourceFile } from './read-house.ts';
import { rooms } from './rooms.ts';

const MAX_LINES = 350;
const SMALL_LINES = 30;
/** 441 when the rooms were drawn. What is new has its place among them, or folds something. */
const MAX_FILES = 570;

/** Small files that stay apart from their one importer, and why. */
const APART: Readonly<Record<string, string>> = {
  'src/cli/require-node.ts': 'runs before any other import',
  'src/cli/worker-flags.ts': 'the Dockerfile and docs name it',
  'src/telemetry/serialize-metrics.ts': 'is loaded only when metrics are asked for',
};
/** A port or a table is read by itself, however small. */
const READ_ALONE = ['src/ports/', 'src/api/', 'src/functions/'];

/** What is wrong with the structure of the sources; a line each, empty when nothing is. */
export async function checkHouse(): Promise<readonly string[]> {
  const files = readHouse();
  return [
    ...Object.keys(rooms)
      .filter((room) => !isThere(readmeOf(room)))
      .map((room) => `${room} has no README.md`),
    ...files
      .filter(({ lines }) => lines > MAX_LINES)
      .map(({ path, lines }) => `${path} has ${lines} lines; the limit is ${MAX_LINES}`),
    ...files
      .filter((file) => isCrumb(file, files))
      .map(({ path }) => `${path} is small, and only a neighbour imports it: merge it into that one`),
    ...(files.length > MAX_FILES ? [`there are ${files.length} files; the limit is ${MAX_FILES}`] : []),
    ...pagePaths()
      .filter(({ path }) => !isThere(path))
      .map(({ page, path }) => `${page} names ${path}, which does not exist`),
    ...pageLinks()
      .filter(({ path }) => !isThere(path))
      .map(({ page, path }) => `${page} has a link to ${path}, which does not exist`),
    ...((await drawInto(readText(PAGE))) === readText(PAGE)
      ? []
      : [`${PAGE} does not show the rooms as they are: run "npm run house:draw"`]),
  ];
}

/** Files and folders of this repository that a page of the documentation names in code type. */
function pagePaths(): readonly { page: string; path: string }[] {
  return listPages().flatMap((page) =>
    [...readText(page).matchAll(/`((?:src|test|packages|scripts|infra|bench|deploy)\/[\w./-]+)`/g)].map(
      ([, path = '']) => ({ page, path: `${workspaceOf(page, path)}${path.replace(/\/$/, '')}` }),
    ),
  );
}

/** Files and folders of this repository that a page links to. */
function pageLinks(): readonly { page: string; path: string }[] {
  return listPages().flatMap((page) =>
    [...readText(page).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => ({
      page,
      path: posix.join(posix.dirname(page), link),
    })),
  );
}

/** A README of a workspace names its own files from its root. */
function workspaceOf(page: string, path: string): string {
  const [workspace = ''] = /^packages\/[^/]+\//.exec(page) ?? [];
  return isThere(workspace + path) ? workspace : '';
}

function isCrumb({ path, lines }: SourceFile, files: readonly SourceFile[]): boolean {
  if (lines > SMALL_LINES || path in APART || READ_ALONE.some((place) => path.startsWith(place)))
    return false;
  const importers = files.filter(({ imports }) => imports.includes(path));
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return importers.length === 1 && importers.every((file) => file.path.startsWith(folder));
}
