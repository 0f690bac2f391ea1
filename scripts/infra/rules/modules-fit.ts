import type { BicepFile, Module, Parameter } from '../bicep/ast.ts';
import { allExpressions } from '../bicep/all-expressions.ts';
import { plainText } from '../bicep/plain-text.ts';
import { propertyOf } from '../bicep/property-of.ts';
import { walkExpression } from '../bicep/walk-expression.ts';
import type { Rule } from '../check-infra.ts';
import { symbolOf } from '../compile/symbol-of.ts';
import type { Finding } from '../finding.ts';
import { moduleFile } from '../module-file.ts';
import { MAIN } from '../sources.ts';
import type { OpenProject } from '../open-project.ts';
import { kindOf } from '../types/kind-of.ts';

/** Every module has a file and is given what that asks for; what is asked of it, it says. */
export const modulesFit: Rule = (project) => {
  const findings: Finding[] = [];
  const taken = new Set<string>([MAIN]);
  for (const file of project.files.values()) {
    for (const module of file.modules.values()) {
      const report = (at: Finding['at'], message: string): void => {
        findings.push({ rule: 'modules', path: file.path, at, message: `${module.name}: ${message}` });
      };
      const target = moduleFile(module, file, project);
      if (target === undefined) {
        report(module.at, `there is no file ${module.path}`);
        continue;
      }
      taken.add(target.path);
      checkParameters(module, file, target.parameters, project, report);
      checkOutputs(module, file, target, report);
    }
  }
  for (const path of project.files.keys())
    if (!taken.has(path)) findings.push({ rule: 'modules', path, message: 'is no module of any file' });
  return findings;
};

type Report = (at: Finding['at'], message: string) => void;

function checkParameters(
  module: Module,
  file: BicepFile,
  parameters: ReadonlyMap<string, Parameter>,
  project: OpenProject,
  report: Report,
): void {
  const params = propertyOf(module.body, 'params');
  const given = params?.kind === 'object' ? params.properties : [];
  const names = new Set(given.map(({ key }) => plainText(key) ?? ''));
  for (const { key, value, at } of given) {
    const name = plainText(key) ?? '';
    const parameter = parameters.get(name);
    const kind = kindOf(value, file, project);
    if (parameter === undefined) report(at, `it has no parameter ${name}`);
    else if (kind !== undefined && kind !== parameter.type)
      report(at, `${name} is ${kind}; it should be ${parameter.type}`);
  }
  for (const { name, byDefault } of parameters.values())
    if (byDefault === undefined && !names.has(name)) report(module.at, `the parameter ${name} is missing`);
}

function checkOutputs(module: Module, file: BicepFile, target: BicepFile, report: Report): void {
  for (const expression of allExpressions(file)) {
    walkExpression(expression, (inner) => {
      if (inner.kind !== 'member' || inner.of.kind !== 'member' || inner.of.name !== 'outputs') return;
      if (symbolOf(inner.of.of, file)?.module !== module || target.outputs.has(inner.name)) return;
      report(inner.at, `it has no output ${inner.name}`);
    });
  }
}
