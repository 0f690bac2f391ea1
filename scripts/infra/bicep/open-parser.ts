import { fileURLToPath } from 'node:url';
import { Language, Parser, type Node } from 'web-tree-sitter';
import { positionOf } from './position-of.ts';
import { SyntaxFault } from './syntax-fault.ts';

const GRAMMAR = import.meta.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm');

/** What turns text into a tree of the grammar of Bicep, or throws where it is none. */
export type ParseTree = (text: string) => Node;

let opened: Promise<ParseTree> | undefined;

export async function openParser(): Promise<ParseTree> {
  opened ??= open();
  return await opened;
}

async function open(): Promise<ParseTree> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(fileURLToPath(GRAMMAR)));
  return (text) => {
    const tree = parser.parse(text);
    if (tree === null) throw new SyntaxFault('nothing could be parsed', { line: 1, column: 1 });
    const fault = tree.rootNode.hasError ? firstFault(tree.rootNode) : undefined;
    if (fault === undefined) return tree.rootNode;
    const what = fault.isMissing ? `${fault.type} is missing` : 'this is no Bicep';
    throw new SyntaxFault(what, positionOf(fault));
  };
}

function firstFault(node: Node): Node | undefined {
  if (node.isError || node.isMissing) return node;
  for (const child of node.children) {
    const fault = firstFault(child);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
