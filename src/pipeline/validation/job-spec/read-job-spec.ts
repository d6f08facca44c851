import { trimSpace } from '../../../errors/trim-space.ts';

import { scanXml, XmlProblem, type XmlToken } from './scan-xml.ts';

/** Whose rights a job spec asks for, as Cuebot will read it. Undefined: it does not say. */
export interface JobSpecRights {
  readonly user: string | undefined;
  readonly uid: string | undefined;
}

/** Where Cuebot finds the document types that it brings along; it would fetch any other. */
const knownDtd = /^http:\/\/localhost:8080\/spcue\/dtd\/cjsl-1\.(?:[5-9]|1[0-5])\.dtd$/;

/** Deeper than any job spec is. */
const maxDepth = 64;

/** How many tags and texts are read in one go: well under a millisecond's worth. */
const tokensPerStep = 256;

/**
 * Reads whose rights a job spec asks for, and makes sure that nobody can read it differently. Works in steps. Throws
 * XmlProblem.
 */
export function* readJobSpec(text: string): Generator<void, JobSpecRights, void> {
  const reader = new SpecReader();
  let tokens = 0;
  for (const token of scanXml(text)) {
    if (token !== undefined) reader.take(token);
    tokens += 1;
    if (token === undefined || tokens % tokensPerStep === 0) yield;
  }
  return reader.end(text.length);
}

/** Follows the elements of a spec. Only what is a child of the root is looked at; the rest must merely be well-formed. */
class SpecReader {
  readonly #open: string[] = [];
  readonly #found = new Map<string, string>();
  /** Set while inside of an element whose text is wanted. */
  #wanted: string | undefined;
  #text = '';
  #hasDoctype = false;
  #hasRoot = false;

  take(token: XmlToken): void {
    if (this.#wanted !== undefined) this.#takeWanted(this.#wanted, token);
    if (token.kind === 'declaration') assertUtf8(token.encoding);
    else if (token.kind === 'doctype') this.#takeDoctype(token.systemId, token.at);
    else if (token.kind === 'open') this.#takeOpen(token.name, token.isEmpty, token.at);
    else if (token.kind === 'close') this.#takeClose(token.name, token.at);
    else if (token.kind !== 'comment') this.#takeText(token.kind === 'text' ? token.text : '[CDATA]', token.at);
  }

  end(at: number): JobSpecRights {
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) throw new XmlProblem('malformed', at, `<${unclosed}> is not closed`);
    if (!this.#hasRoot) throw new XmlProblem('malformed', at, 'there is no element in it');
    return { user: this.#found.get('user'), uid: this.#found.get('uid') };
  }

  /** Comments and CDATA sections cut a text into pieces that parsers put together in different ways. */
  #takeWanted(wanted: string, token: XmlToken): void {
    if (token.kind === 'close') return;
    if (token.kind === 'text' && token.isPlain) this.#text += token.text;
    else throw new XmlProblem('forbidden', token.at, `<${wanted}> must hold plain text only`);
  }

  #takeText(text: string, at: number): void {
    if (this.#open.length > 0 || !/[^ \t\r\n]/.test(text)) return;
    throw new XmlProblem('malformed', at, 'there is text outside of the root element');
  }

  #takeDoctype(systemId: string | undefined, at: number): void {
    if (this.#hasDoctype || this.#hasRoot)
      throw new XmlProblem('malformed', at, 'a DOCTYPE stands once, before the root');
    this.#hasDoctype = true;
    if (systemId === undefined || knownDtd.test(systemId)) return;
    throw new XmlProblem(
      'forbidden',
      at,
      'the document type must be http://localhost:8080/spcue/dtd/cjsl-1.NN.dtd with NN from 5 to 15, or none; ' +
        `found "${systemId.slice(0, 100)}"`,
    );
  }

  #takeOpen(name: string, isEmpty: boolean, at: number): void {
    const depth = this.#open.length;
    if (depth === 0 && this.#hasRoot) throw new XmlProblem('malformed', at, 'there is a second root element');
    if (depth >= maxDepth) throw new XmlProblem('malformed', at, `elements are nested deeper than ${maxDepth} levels`);
    this.#hasRoot = true;
    const isWanted = depth === 1 && (name === 'user' || name === 'uid');
    if (isWanted && this.#found.has(name)) throw new XmlProblem('malformed', at, `there is a second <${name}>`);
    if (isWanted) this.#found.set(name, '');
    if (isEmpty) return;
    this.#open.push(name);
    if (!isWanted) return;
    this.#wanted = name;
    this.#text = '';
  }

  #takeClose(name: string, at: number): void {
    const opened = this.#open.pop();
    if (opened !== name) {
      const expected = opened === undefined ? 'nothing is open' : `<${opened}> is open`;
      throw new XmlProblem('malformed', at, `</${name}> closes nothing: ${expected}`);
    }
    if (this.#wanted === undefined) return;
    this.#found.set(this.#wanted, trimSpace(this.#text));
    this.#wanted = undefined;
  }
}

/** Other encodings are read by what the text says, or by how it arrived, or by its first bytes: as the parser likes. */
function assertUtf8(encoding: string | undefined): void {
  if (encoding === undefined || encoding.toUpperCase() === 'UTF-8') return;
  throw new XmlProblem('forbidden', 0, `the encoding must be UTF-8; found "${encoding.slice(0, 40)}"`);
}
