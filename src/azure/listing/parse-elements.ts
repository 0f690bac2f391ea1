import { SaxesParser } from 'saxes';
import { DamagedPage } from './damaged-page.ts';

/** An element of XML. Text between its children is put together. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly children: XmlElement[];
}

const WHITE_SPACE = /^[ \t\r\n]*$/;

/** The text of an element that holds nothing else. @throws DamagedPage */
export function textOf({ name, text, children }: XmlElement): string {
  if (children.length > 0) throw new DamagedPage(`elements in ${name}`);
  return text;
}

/** The elements in an element that holds nothing else. @throws DamagedPage */
export function childrenOf({ name, text, children }: XmlElement): readonly XmlElement[] {
  if (!WHITE_SPACE.test(text)) throw new DamagedPage(`text in ${name}`);
  return children;
}

/**
 * The root of any well-formed XML 1.0 in UTF-8, however it is written. A document type is passed over, so no entity of
 * its own can be used.
 *
 * @throws DamagedPage
 */
export function parseElements(bytes: Uint8Array): XmlElement {
  const document: XmlElement = { name: '', attributes: {}, text: '', children: [] };
  const open = [document];
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };

  const parser = new SaxesParser({ xmlns: false });
  parser.on('xmldecl', ({ encoding = 'utf-8', version = '1.0' }) => {
    if (encoding.toLowerCase() !== 'utf-8' || version !== '1.0')
      throw new DamagedPage(`XML ${version} in ${encoding}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: XmlElement = { name, attributes, text: '', children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => open.pop());
  try {
    parser.write(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).close();
  } catch (error) {
    throw error instanceof DamagedPage
      ? error
      : new DamagedPage('it is no well-formed XML', { cause: error });
  }
  const [root] = document.children;
  if (root === undefined) throw new DamagedPage('it is empty');
  return root;
}
