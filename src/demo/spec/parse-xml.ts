import type { SaxesTagPlain } from 'saxes';
import { SaxesParser } from 'saxes';

import { SpecError } from './names.ts';

/** An element of a parsed document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly inside, without what surrounds it. */
  readonly text: string;
  /** Lines on which the element's start tag and end tag end, counted from 1. */
  readonly startLine: number;
  readonly endLine: number;
}

/** A parsed document. */
export interface XmlDocument {
  /** What stands between `<!DOCTYPE` and its end; undefined without one. */
  readonly doctype: string | undefined;
  readonly root: XmlElement;
}

type Open = { -readonly [Key in keyof XmlElement]: XmlElement[Key] } & { children: XmlElement[] };

/** The error that Cuebot's XML parser makes of anything it does not like. */
export function xmlError(line: number, reason: string): SpecError {
  const error = `org.jdom.input.JDOMParseException: Error on line ${line}: ${reason}`;
  return new SpecError(`Failed to parse job spec XML, ${error}`);
}

/** Parses a document. Throws for what is not well formed; entities other than XML's own five are not known. */
export function parseXml(text: string): XmlDocument {
  if (text.trim() === '') throw xmlError(1, 'Premature end of file.');
  const parser = new SaxesParser<{ xmlns: false; position: true }>({ xmlns: false, position: true });
  const open: Open[] = [];
  let doctype: string | undefined;
  let root: XmlElement | undefined;
  let isAtEnd = false;
  // The parser closes what is open before it complains that another tag was to be closed.
  let closed: XmlElement | undefined;
  parser.on('error', (error) => {
    throw xmlError(parser.line, describe(error.message, isAtEnd ? undefined : closed));
  });
  parser.on('doctype', (content) => {
    doctype = content.trim();
  });
  parser.on('opentag', (tag: SaxesTagPlain) => {
    open.push(newElement(tag, parser.line));
  });
  const addText = (content: string) => {
    const element = open.at(-1);
    if (element) element.text += content;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop()!;
    closed = element;
    element.text = element.text.trim();
    element.endLine = parser.line;
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
  });
  parser.write(text);
  isAtEnd = true;
  parser.close();
  if (!root) throw xmlError(parser.line, 'Premature end of file.');
  return { doctype, root };
}

function newElement({ name, attributes }: SaxesTagPlain, startLine: number): Open {
  return { name, attributes, children: [], text: '', startLine, endLine: startLine };
}

/** The commonest mistakes in the words of Cuebot's parser; the others in the words of ours, without its position. */
function describe(message: string, closed: XmlElement | undefined): string {
  const reason = message.replace(/^\d+:\d+: /, '');
  if (/^(?:unclosed tag|unexpected close tag)/.test(reason)) {
    return closed
      ? `The element type "${closed.name}" must be terminated by the matching end-tag "</${closed.name}>".`
      : 'XML document structures must start and end within the same entity.';
  }
  if (reason.startsWith('document must contain a root element')) return 'Premature end of file.';
  if (reason.startsWith('text data outside of root node')) return 'Content is not allowed in prolog.';
  return `${reason}.`;
}
