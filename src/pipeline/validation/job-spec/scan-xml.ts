/**
 * A part of an XML text. Offsets are into the text.
 */
export type XmlToken = { readonly at: number } & (
  | { readonly kind: 'declaration'; readonly encoding: string | undefined }
  | { readonly kind: 'doctype'; readonly systemId: string | undefined }
  | { readonly kind: 'open'; readonly name: string; readonly isEmpty: boolean }
  | { readonly kind: 'close'; readonly name: string }
  /** `isPlain`: no reference is in it, so it is what it looks like. */
  | { readonly kind: 'text'; readonly text: string; readonly isPlain: boolean }
  | { readonly kind: 'cdata' }
  | { readonly kind: 'comment' }
);

/** Why a text is not taken apart any further. */
export class XmlProblem extends Error {
  override readonly name = 'XmlProblem';
  /** `forbidden`: it is XML, of a kind that is not passed on. `malformed`: it is none. */
  readonly kind: 'forbidden' | 'malformed';
  readonly at: number;

  constructor(kind: XmlProblem['kind'], at: number, message: string) {
    super(message);
    this.kind = kind;
    this.at = at;
  }
}

/**
 * Takes a text apart by a subset of XML 1.0 (https://www.w3.org/TR/xml/) in which no two parsers can differ: no processing
 * instructions, no declarations but a document type without an internal subset, no entities but the five predefined ones, no
 * namespaces, names in ASCII. Throws XmlProblem for everything else.
 *
 * It is not an XML library's work, on purpose: a library accepts what it can make sense of, and how Cuebot's parser makes
 * sense of the same is what nobody knows. Here whatever is not understood completely is refused.
 *
 * Tokens come one at a time, and `undefined` now and then while a long one is looked at, so that whoever reads them can let
 * others go on.
 */
export function* scanXml(text: string): Generator<XmlToken | undefined, void, void> {
  let position = 0;
  /** Matches at the position and moves behind it. */
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = position;
    const found = pattern.exec(text) ?? undefined;
    if (found !== undefined) position = pattern.lastIndex;
    return found;
  };
  /** Moves behind the end of a part that began `skip` characters ago, and answers what is in it. */
  const until = (end: string, skip: number, what: string): string => {
    const from = position + skip;
    const to = text.indexOf(end, from);
    if (to < 0) throw new XmlProblem('malformed', position, `${what} has no end`);
    position = to + end.length;
    return text.slice(from, to);
  };
  yield* assertCharacters(text);
  if (declarationStart.test(text)) {
    const found = match(declaration);
    if (found === undefined) {
      throw new XmlProblem('forbidden', 0, 'the XML declaration must be <?xml version="1.0" encoding="UTF-8"?>');
    }
    yield { kind: 'declaration', at: 0, encoding: unquoted(found[1]) };
  }
  while (position < text.length) {
    const at = position;
    if (text[at] !== '<') {
      const end = text.indexOf('<', at);
      position = end < 0 ? text.length : end;
      const run = text.slice(at, position);
      yield { kind: 'text', at, text: run, isPlain: yield* assertReferences(run, at) };
    } else if (text.startsWith('<!--', at)) {
      const comment = until('-->', 4, 'a comment');
      if (comment.includes('--') || comment.endsWith('-')) {
        throw new XmlProblem('malformed', at, 'a comment must not hold "--"');
      }
      yield { kind: 'comment', at };
    } else if (text.startsWith('<![CDATA[', at)) {
      until(']]>', 9, 'a CDATA section');
      yield { kind: 'cdata', at };
    } else if (text.startsWith('<!', at)) {
      yield { kind: 'doctype', at, systemId: readDoctype(match, at) };
    } else if (text.startsWith('<?', at)) {
      throw new XmlProblem('forbidden', at, 'processing instructions are not allowed; leave it out');
    } else if (text.startsWith('</', at)) {
      const found = match(closingTag);
      if (found === undefined) throw new XmlProblem('malformed', at, 'this is no closing tag');
      yield { kind: 'close', at, name: assertName(found[1]!, at) };
    } else {
      yield yield* readTag(match, at);
    }
  }
}

const space = '[ \\t\\r\\n]';
const name = '[A-Za-z_][A-Za-z0-9_.:-]*';
const quoted = `"[^"<]*"|'[^'<]*'`;

/** https://www.w3.org/TR/xml/#charsets; lone surrogates are not in what was UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const illegalCharacter = /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/;
const declarationStart = /^<\?xml[ \t\r\n]/;
const declaration = new RegExp(
  `<\\?xml${space}+version${space}*=${space}*(?:"1\\.0"|'1\\.0')` +
    `(?:${space}+encoding${space}*=${space}*(${quoted}))?` +
    `(?:${space}+standalone${space}*=${space}*(?:"(?:yes|no)"|'(?:yes|no)'))?${space}*\\?>`,
  'y',
);
const doctype = new RegExp(
  `<!DOCTYPE${space}+${name}(?:${space}+(?:SYSTEM|PUBLIC${space}+(?:${quoted}))${space}+(${quoted}))?${space}*([>[])`,
  'y',
);
const openingName = new RegExp(`<(${name})`, 'y');
const attribute = new RegExp(`${space}+(${name})${space}*=${space}*(${quoted})`, 'y');
const tagEnd = new RegExp(`${space}*(/?)>`, 'y');
const closingTag = new RegExp(`</(${name})${space}*>`, 'y');
const reference = /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});/y;

type Match = (pattern: RegExp) => RegExpExecArray | undefined;

function unquoted(literal: string | undefined): string | undefined {
  return literal?.slice(1, -1);
}

/** More than any tag of a job spec has; so a tag is looked at in one go. */
const maxAttributes = 1_000;

/** How many characters are looked at in one go, or how many references: well under a millisecond's worth. */
const charactersPerStep = 256 * 1024;
const referencesPerStep = 1_024;

function* assertCharacters(text: string): Generator<undefined, void, void> {
  for (let start = 0; start < text.length; start += charactersPerStep) {
    const illegal = illegalCharacter.exec(text.slice(start, start + charactersPerStep));
    if (illegal !== null) {
      const at = start + illegal.index;
      const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
      throw new XmlProblem('malformed', at, `the character U+${code} is not allowed in XML`);
    }
    yield;
  }
}

/** Whether a text holds no reference at all. Throws for one to anything but a character or a predefined entity. */
function* assertReferences(text: string, at: number): Generator<undefined, boolean, void> {
  const end = text.indexOf(']]>');
  if (end >= 0) throw new XmlProblem('malformed', at + end, '"]]>" must not stand in text');
  let found = text.indexOf('&');
  if (found < 0) return true;
  for (let count = 1; found >= 0; count += 1) {
    reference.lastIndex = found;
    if (!reference.test(text)) {
      const problem = 'only &amp; &lt; &gt; &quot; &apos; and numbers may follow "&"';
      throw new XmlProblem('forbidden', at + found, problem);
    }
    found = text.indexOf('&', found + 1);
    if (count % referencesPerStep === 0) yield;
  }
  return false;
}

/** Namespaces would make an element another one than its name says. */
function assertName(found: string, at: number): string {
  if (!found.includes(':') && found !== 'xmlns') return found;
  throw new XmlProblem('forbidden', at, `namespaces are not allowed; found "${found}"`);
}

/** The system id, if it has one. */
function readDoctype(match: Match, at: number): string | undefined {
  const found = match(doctype);
  if (found === undefined)
    throw new XmlProblem('forbidden', at, 'the only declaration that is allowed is a plain DOCTYPE');
  if (found[2] === '[') {
    throw new XmlProblem(
      'forbidden',
      at,
      'the DOCTYPE must have no internal subset; leave out what is between [ and ]',
    );
  }
  return unquoted(found[1]);
}

function* readTag(match: Match, at: number): Generator<undefined, XmlToken, void> {
  const found = match(openingName);
  if (found === undefined) throw new XmlProblem('malformed', at, '"<" begins no tag; in text it is &lt;');
  const tagName = assertName(found[1]!, at);
  const seen = new Set<string>();
  for (let next = match(attribute); next !== undefined; next = match(attribute)) {
    const attributeName = assertName(next[1]!, at);
    if (seen.has(attributeName))
      throw new XmlProblem('malformed', at, `the attribute "${attributeName}" is there twice`);
    seen.add(attributeName);
    if (seen.size > maxAttributes) {
      throw new XmlProblem('malformed', at, `the tag <${tagName}> has more than ${maxAttributes} attributes`);
    }
    yield* assertReferences(next[2]!, at);
  }
  const end = match(tagEnd);
  if (end === undefined) throw new XmlProblem('malformed', at, `the tag <${tagName}> is not written correctly`);
  return { kind: 'open', at, name: tagName, isEmpty: end[1] === '/' };
}
