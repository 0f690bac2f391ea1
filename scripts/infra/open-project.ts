import type { BicepFile } from './bicep/ast.ts';
import { openParser } from './bicep/open-parser.ts';
import { parseFile } from './bicep/parse-file.ts';
import { plainText } from './bicep/plain-text.ts';
import { SyntaxFault } from './bicep/syntax-fault.ts';
import { walkExpression } from './bicep/walk-expression.ts';
import type { Project } from './compile/compile-file.ts';
import type { Finding } from './finding.ts';
import type { Sources } from './sources.ts';

export interface OpenProject extends Project {
  readonly files: ReadonlyMap<string, BicepFile>;
}

/** Every Bicep file, parsed; or what keeps them from that. */
export async function openProject(sources: Sources): Promise<OpenProject | readonly Finding[]> {
  const parseTree = await openParser();
  const files = new Map<string, BicepFile>();
  const findings: Finding[] = [];
  for (const [path, text] of sources) {
    if (!path.endsWith('.bicep')) continue;
    try {
      files.set(path, parseFile(path, text, parseTree));
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      findings.push({ rule: 'syntax', path, at: error.at, message: error.message });
    }
  }
  // A check that saw nothing must fail.
  if (files.size + findings.length === 0) {
    findings.push({ rule: 'syntax', path: 'infra', message: 'there is no Bicep file' });
  }
  if (findings.length > 0) return findings;
  return {
    files,
    fileOf: (path) => {
      const file = files.get(path);
      if (file === undefined) throw new Error(`there is no file ${path}`);
      return file;
    },
    textsOf: (file) => textsOf(file, sources),
  };
}

function textsOf(file: BicepFile, sources: Sources): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const bodies = [...file.resources.values(), ...file.modules.values()].map(
    ({ at, body: { properties } }) => {
      return { at, kind: 'object', properties } as const;
    },
  );
  for (const expression of [...bodies, ...[...file.variables.values()].map(({ value }) => value)]) {
    walkExpression(expression, (inner) => {
      if (inner.kind !== 'call' || inner.name !== 'loadTextContent') return;
      const name = plainText(inner.args[0]);
      if (name === undefined) return;
      const text = sources.get(new URL(name, `file:///${file.path}`).pathname.slice(1));
      if (text !== undefined) texts.set(name, text);
    });
  }
  return texts;
}
