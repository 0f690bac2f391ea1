import { glob, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { registrationError } from './app-settings.ts';
import {
  type HookCallback,
  type HookName,
  type LogLevel,
  type RegisteredFunction,
  collectRegistrations,
  installFunctionsCore,
  libraryWasLoadedBefore,
  logAt,
} from './functions-core.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface Registrations {
  readonly functions: RegisteredFunction[];
  readonly hooks: Record<HookName, HookCallback[]>;
}

/** Node runs a module once, so its registrations are kept for a host that is started again in this process. */
const registrationsByFile = new Map<string, Registrations>();
let turn: Promise<unknown> = Promise.resolve();
let libraryCameFirst = false;

/**
 * Imports the files in order, as the Functions worker does, and returns what they register.
 * @throws BlobmirrorError `setting-invalid` when a file cannot be imported, two functions share a name, or nothing is
 * registered
 */
export async function loadRegistrations(files: readonly URL[], log: Logger): Promise<Registrations> {
  libraryCameFirst ||= libraryWasLoadedBefore(createRequire(import.meta.url).cache);
  installFunctionsCore();
  const all = emptyRegistrations();
  for (const file of files) {
    const own = await inTurn(() => loadFile(file, log));
    all.functions.push(...own.functions);
    for (const name of hookNames(own)) all.hooks[name].push(...own.hooks[name]);
  }
  assertSomething(all, files);
  assertNamesDiffer(all);
  return all;
}

async function loadFile(file: URL, log: Logger): Promise<Registrations> {
  const known = registrationsByFile.get(file.href);
  if (known !== undefined) return known;
  const own = emptyRegistrations();
  const to = {
    addFunction: (registered: RegisteredFunction): void => void own.functions.push(registered),
    addHook: (name: HookName, callback: HookCallback) => {
      own.hooks[name].push(callback);
      return (): void => void (own.hooks[name] = own.hooks[name].filter((hook) => hook !== callback));
    },
    log: (level: LogLevel, message: string): void => logAt(log, level, message),
  };
  try {
    await collectRegistrations(to, () => import(file.href));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw registrationError(`Registration file ${fileURLToPath(file)} cannot be loaded: ${reason}`, cause);
  }
  registrationsByFile.set(file.href, own);
  return own;
}

/** Serializes loads, so that two hosts that start at once do not mix up their registrations. */
function inTurn<T>(action: () => Promise<T>): Promise<T> {
  const result = turn.then(action);
  turn = result.catch(() => undefined);
  return result;
}

function assertSomething({ functions }: Registrations, files: readonly URL[]): void {
  if (functions.length > 0) return;
  throw registrationError(
    libraryCameFirst
      ? '@azure/functions was imported before startHost and switched to its test mode, so nothing is registered. Import no registration file before startHost'
      : `No function is registered by ${files.length === 0 ? 'any file: the list of files is empty' : files.map((file) => fileURLToPath(file)).join(', ')}`,
  );
}

function assertNamesDiffer({ functions }: Registrations): void {
  const names = new Set<string>();
  for (const { metadata } of functions) {
    const name = metadata.name.toLowerCase();
    if (names.has(name)) throw registrationError(`Two functions are registered as "${metadata.name}"`);
    names.add(name);
  }
}

function emptyRegistrations(): Registrations {
  return { functions: [], hooks: { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [] } };
}

function hookNames({ hooks }: Registrations): HookName[] {
  return (['appStart', 'appTerminate', 'preInvocation', 'postInvocation'] as const).filter(
    (name) => hooks[name].length > 0,
  );
}

/**
 * The files that the Functions worker would import: those that "main" of the package matches, sorted by name.
 * @param packageRoot the folder of package.json, ending with a slash
 * @throws BlobmirrorError `setting-invalid` when "main" is missing or matches no file
 */
export async function resolveRegistrations(packageRoot: URL): Promise<URL[]> {
  const root = fileURLToPath(packageRoot);
  const main = mainOf(await readFile(resolve(root, 'package.json'), 'utf8'));
  if (main === undefined) {
    throw registrationError(
      `${resolve(root, 'package.json')} has no "main"; it should be the glob of the registration files`,
    );
  }
  const files: string[] = [];
  for await (const file of glob(main, { cwd: root })) files.push(resolve(root, file));
  if (files.length === 0) {
    throw registrationError(`"main" (${main}) matches no file in ${root}. Build first: npm run build`);
  }
  return files.toSorted().map((file) => pathToFileURL(file));
}

function mainOf(packageJson: string): string | undefined {
  const parsed: unknown = JSON.parse(packageJson);
  if (typeof parsed !== 'object' || parsed === null || !('main' in parsed)) return undefined;
  return typeof parsed.main === 'string' ? parsed.main : undefined;
}
