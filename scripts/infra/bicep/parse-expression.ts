import type { Node } from 'web-tree-sitter';
import type { Expression, ObjectExpression, Property, StringExpression } from './ast.ts';
import { associate, type Token } from './associate.ts';
import { positionOf } from './position-of.ts';
import { SyntaxFault } from './syntax-fault.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  "\\'": "'",
  '\\n': '\n',
  '\\t': '\t',
  '\\\\': '\\',
  '\\$': '$',
};

/** @throws SyntaxFault for what the grammar has and the subset has not */
export function parseExpression(node: Node): Expression {
  return associate(toTokens(node));
}

/** What stands side by side, however the grammar has grouped it. */
function toTokens(node: Node): readonly Token[] {
  const at = positionOf(node);
  const parts = node.namedChildren.filter(({ type }) => type !== 'comment');
  const part = (index: number): Node => partOf(node, parts, index);
  const operator = (text: string): Token => ({ kind: 'operator', text, at });
  switch (node.type) {
    case 'member_expression': {
      const safe = node.children.some(({ type }) => type === '.?');
      const name = part(1).text;
      return toLast(toTokens(part(0)), (of) => ({ at, kind: 'member', of, name, safe }));
    }
    case 'subscript_expression': {
      if (node.children.some(({ type }) => type === '?')) break;
      const index = parseExpression(part(1));
      return toLast(toTokens(part(0)), (of) => ({ at, kind: 'index', of, index }));
    }
    case 'unary_expression':
      if (node.child(0)?.type !== '!') break;
      return [operator('!'), ...toTokens(part(0))];
    case 'binary_expression': {
      const between = node.children.find(({ isNamed }) => !isNamed)?.type ?? '';
      return [...toTokens(part(0)), operator(between), ...toTokens(part(1))];
    }
    case 'ternary_expression':
      return [...toTokens(part(0)), operator('?'), ...toTokens(part(1)), operator(':'), ...toTokens(part(2))];
    case 'lambda_expression': {
      const parameters = parts.slice(0, -1).map(({ text }) => text);
      return [{ kind: 'arrow', parameters, at }, ...toTokens(part(parts.length - 1))];
    }
    case 'parenthesized_expression':
      return [{ kind: 'operand', expression: parseExpression(part(0)) }];
    default:
      return [{ kind: 'operand', expression: parseOperand(node) }];
  }
  throw new SyntaxFault(`${node.type} is outside the subset of Bicep that infra/ keeps to`, at);
}

/** Properties and items are of the last operand before them. */
function toLast(tokens: readonly Token[], access: (of: Expression) => Expression): readonly Token[] {
  const last = tokens.at(-1);
  if (last?.kind !== 'operand') return tokens;
  return [...tokens.slice(0, -1), { kind: 'operand', expression: access(last.expression) }];
}

function parseOperand(node: Node): Expression {
  const at = positionOf(node);
  const parts = node.namedChildren.filter(({ type }) => type !== 'comment');
  switch (node.type) {
    case 'string':
      return { at, ...parseString(node) };
    case 'number':
      return { at, kind: 'number', value: Number(node.text) };
    case 'boolean':
      return { at, kind: 'boolean', value: node.text === 'true' };
    case 'null':
      return { at, kind: 'null' };
    case 'identifier':
      return node.text === 'null' ? { at, kind: 'null' } : { at, kind: 'name', name: node.text };
    case 'call_expression': {
      const args = partOf(node, parts, 1).namedChildren.filter(({ type }) => type !== 'comment');
      return {
        at,
        kind: 'call',
        name: partOf(node, parts, 0).text,
        args: args.map((each) => parseExpression(each)),
      };
    }
    case 'object':
      return { at, ...parseObject(node) };
    case 'array':
      return { at, kind: 'array', items: parts.map((each) => parseExpression(each)) };
    default:
      throw new SyntaxFault(`${node.type} is outside the subset of Bicep that infra/ keeps to`, at);
  }
}

export function parseObject(node: Node): ObjectExpression {
  const properties = node.namedChildren
    .filter(({ type }) => type === 'object_property')
    .map((property): Property => {
      const parts = property.namedChildren.filter(({ type }) => type !== 'comment');
      const key = partOf(property, parts, 0);
      return {
        at: positionOf(property),
        key: key.type === 'string' ? parseString(key) : { kind: 'string', parts: [key.text] },
        value: parseExpression(partOf(property, parts, 1)),
      };
    });
  return { kind: 'object', properties };
}

export function parseString(node: Node): StringExpression {
  // The first line break after three quotes is not part of the text.
  if (node.text.startsWith("'''")) {
    return { kind: 'string', parts: [node.text.slice(3, -3).replace(/^\r?\n/, '')] };
  }
  const parts = node.namedChildren.map((child) => {
    switch (child.type) {
      case 'string_content':
        return child.text;
      case 'escape_sequence':
        return ESCAPES[child.text] ?? refuse(child);
      case 'interpolation':
        return parseExpression(partOf(child, child.namedChildren, 0));
      default:
        return refuse(child);
    }
  });
  return { kind: 'string', parts: joinTexts(parts) };
}

/** The grammar parts a text at its escapes. */
function joinTexts(parts: readonly (string | Expression)[]): (string | Expression)[] {
  const joined: (string | Expression)[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined.length === 0 ? [''] : joined;
}

function partOf(node: Node, parts: readonly Node[], index: number): Node {
  return parts[index] ?? refuse(node);
}

function refuse(node: Node): never {
  throw new SyntaxFault(
    `"${node.text}" is outside the subset of Bicep that infra/ keeps to`,
    positionOf(node),
  );
}
