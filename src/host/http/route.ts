import { registrationError } from '../app-settings.ts';

/** A route template of Azure Functions, which are those of ASP.NET: `items/{id:int}/{view?}`, `files/{*path}`. */
export interface Route {
  readonly template: string;
  /** The decoded parameters when the path matches. An absent optional one has no entry. */
  match(path: string): Record<string, string> | undefined;
}

const CONSTRAINTS: Readonly<Record<string, string>> = {
  int: '-?\\d+',
  long: '-?\\d+',
  alpha: '[a-z]+',
  bool: 'true|false',
  guid: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
};
/** Constraints with a number of characters in parentheses. */
const LENGTHS: Readonly<Record<string, (count: string) => string>> = {
  length: (count) => `[^/]{${count}}`,
  maxlength: (count) => `[^/]{0,${count}}`,
  minlength: (count) => `[^/]{${count},}`,
};
const PARAMETER = /\{(\*{0,2})(\w+)(?::(\w+)(?:\((\d+)\))?)?(\?)?\}/g;

/** @throws BlobmirrorError `setting-invalid` when the template is not supported */
export function parseRoute(given: string, where: string): Route {
  const template = given.split('/').filter(Boolean).join('/');
  const names: string[] = [];
  let pattern = '';
  for (const segment of template === '' ? [] : template.split('/')) {
    let expression = '';
    let isOptional = false;
    let end = 0;
    for (const match of segment.matchAll(PARAMETER)) {
      const [whole, stars, name = '', constraint, count, optional] = match;
      const allowed = constraint === undefined ? '[^/]+' : toPattern(constraint, count);
      if (allowed === undefined) throw unsupported(where, given, `the constraint ":${constraint}"`);
      if ((stars || optional) && whole !== segment) throw unsupported(where, given, `"${segment}"`);
      expression += escaped(segment.slice(end, match.index), where, given) + `(${stars ? '.*' : allowed})`;
      end = match.index + whole.length;
      names.push(name);
      isOptional ||= Boolean(stars || optional);
    }
    expression += escaped(segment.slice(end), where, given);
    pattern += isOptional ? `(?:/${expression})?` : `/${expression}`;
  }
  const matcher = new RegExp(`^${pattern}/?$`, 'i');
  return {
    template,
    match(path) {
      const values = matcher.exec(path)?.slice(1);
      if (values === undefined) return undefined;
      const present = names.flatMap((name, at) => {
        const value = values[at];
        return value ? [[name, decodeURIComponent(value)] as const] : [];
      });
      return Object.fromEntries(present);
    },
  };
}

function toPattern(constraint: string, count: string | undefined): string | undefined {
  return count === undefined ? CONSTRAINTS[constraint] : LENGTHS[constraint]?.(count);
}

function escaped(literal: string, where: string, template: string): string {
  if (/[{}]/.test(literal)) throw unsupported(where, template, `"${literal}"`);
  return literal.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
}

function unsupported(where: string, template: string, what: string): Error {
  return registrationError(`${where} has the route "${template}"; this host does not support ${what} in it`);
}
