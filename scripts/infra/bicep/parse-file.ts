import type { Node } from 'web-tree-sitter';
import type {
  BicepFile,
  Expression,
  Loop,
  Module,
  ObjectExpression,
  Output,
  Parameter,
  Position,
} from './ast.ts';
import type { Resource, ValueType, Variable } from './ast.ts';
import type { ParseTree } from './open-parser.ts';
import { parseExpression, parseObject, parseString } from './parse-expression.ts';
import { positionOf } from './position-of.ts';
import { SyntaxFault } from './syntax-fault.ts';

type Decorators = ReadonlyMap<string, readonly Expression[]>;

/** @throws SyntaxFault where the text is no Bicep, or none of the subset */
export function parseFile(path: string, text: string, parseTree: ParseTree): BicepFile {
  const parameters = new Map<string, Parameter>();
  const variables = new Map<string, Variable>();
  const resources = new Map<string, Resource>();
  const modules = new Map<string, Module>();
  const outputs = new Map<string, Output>();
  let scope: BicepFile['scope'] = 'resourceGroup';
  let decorators: Decorators = new Map();

  for (const node of parseTree(text).namedChildren) {
    const at = positionOf(node);
    const parts = node.namedChildren.filter(({ type }) => type !== 'comment');
    const part = (index: number): Node => parts[index] ?? refuse(node);
    const declare = <Value extends { readonly name: string }>(
      map: Map<string, Value>,
      value: Value,
    ): void => {
      // Resources and modules share their names with parameters and variables; outputs have a space of their own.
      const others: ReadonlyMap<string, unknown>[] =
        (map as unknown) === outputs ? [outputs] : [parameters, variables, resources, modules];
      if (others.some((other) => other.has(value.name)))
        throw new SyntaxFault(`${value.name} is declared twice`, at);
      map.set(value.name, value);
    };
    const head = { at, name: node.namedChild(0)?.text ?? '', decorators };
    switch (node.type) {
      case 'comment':
        continue;
      case 'decorators':
        decorators = parseDecorators(node);
        continue;
      case 'target_scope_assignment':
        scope = parseString(part(0)).parts[0] === 'subscription' ? 'subscription' : 'resourceGroup';
        break;
      case 'parameter_declaration':
        declare(parameters, {
          ...head,
          type: parseType(part(1)),
          byDefault: parts[2] === undefined ? undefined : parseExpression(parts[2]),
        });
        break;
      case 'variable_declaration':
        declare(variables, { ...head, value: parseExpression(part(1)) });
        break;
      case 'output_declaration':
        declare(outputs, { ...head, type: parseType(part(1)), value: parseExpression(part(2)) });
        break;
      case 'resource_declaration': {
        const [type = '', apiVersion = ''] = textOf(part(1)).split('@');
        const isExisting = node.children.some((child) => child.type === 'existing');
        declare(resources, { ...head, type, apiVersion, isExisting, ...parseBody(part(parts.length - 1)) });
        break;
      }
      case 'module_declaration':
        declare(modules, { ...head, path: textOf(part(1)), ...parseBody(part(2)) });
        break;
      default:
        refuse(node);
    }
    decorators = new Map();
  }
  return { path, scope, parameters, variables, resources, modules, outputs };
}

interface Body {
  readonly condition: Expression | undefined;
  readonly loop: Loop | undefined;
  readonly body: ObjectExpression & { readonly at: Position };
}

function parseBody(node: Node): Body {
  const parts = node.namedChildren.filter(({ type }) => type !== 'comment');
  const last = parts.at(-1);
  switch (node.type) {
    case 'object':
      return { condition: undefined, loop: undefined, body: { at: positionOf(node), ...parseObject(node) } };
    case 'if_statement':
      if (parts[0] === undefined || last?.type !== 'object') break;
      return { ...parseBody(last), condition: parseExpression(parts[0]) };
    case 'for_statement': {
      const over = parts.at(-2);
      if (parts[0] === undefined || over === undefined || last === undefined) break;
      const [item = '', index] =
        parts[0].type === 'for_loop_parameters'
          ? parts[0].namedChildren.map(({ text }) => text)
          : [parts[0].text];
      return { ...parseBody(last), loop: { item, index, over: parseExpression(over) } };
    }
  }
  return refuse(node);
}

function parseDecorators(node: Node): Decorators {
  return new Map(
    node.namedChildren.map((decorator) => {
      const call = decorator.namedChild(0);
      const parsed = call === null ? undefined : parseExpression(call);
      return parsed?.kind === 'call' ? [parsed.name, parsed.args] : refuse(decorator);
    }),
  );
}

function parseType(node: Node): ValueType {
  switch (node.text) {
    case 'string':
    case 'int':
    case 'bool':
    case 'object':
    case 'array':
      return node.text;
    default:
      return refuse(node);
  }
}

function textOf(node: Node): string {
  const [text, ...more] = parseString(node).parts;
  return typeof text === 'string' && more.length === 0 ? text : refuse(node);
}

function refuse(node: Node): never {
  throw new SyntaxFault(
    `"${node.text}" is outside the subset of Bicep that infra/ keeps to`,
    positionOf(node),
  );
}
