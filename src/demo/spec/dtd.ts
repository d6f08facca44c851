import type { XmlDocument, XmlElement } from './parse-xml.ts';
import { xmlError } from './parse-xml.ts';
import { SpecError } from './names.ts';

const DTD_ADDRESS = /^http:\/\/localhost:8080\/spcue\/dtd\/cjsl-1\.(\d+)\.dtd$/;
const OLDEST = 5;
const NEWEST = 15;

// Children in the order that the language wants, with the version that added them: `?` at most one, `*` any number.
const JOB: readonly (readonly [child: string, since?: number])[] = [
  ['paused?'],
  ['priority?', 11],
  ['maxretries?'],
  ['maxcores?', 13],
  ['maxgpus?', 13],
  ['autoeat?'],
  ['localbook?', 8],
  ['os?', 6],
  ['env*'],
  ['layers?'],
];

const LAYER: typeof JOB = [
  ['cmd'],
  ['range'],
  ['chunk'],
  ['cores?'],
  ['threadable?'],
  ['memory?'],
  ['gpus?', 12],
  ['gpu?', 7],
  ['gpu_memory?', 12],
  ['timeout?', 10],
  ['timeout_llu?', 10],
  ['tags?'],
  ['limits?'],
  ['env*'],
  ['services?'],
  ['outputs*', 14],
];

const LOCALBOOK = ['host', 'cores', 'memory', 'threads', 'gpu'];

const DEPEND_TYPES = [
  'LAYER_ON_SIM_FRAME',
  'PREVIOUS_FRAME',
  'JOB_ON_JOB',
  'JOB_ON_LAYER',
  'JOB_ON_FRAME',
  'LAYER_ON_JOB',
  'LAYER_ON_FRAME',
  'LAYER_ON_LAYER',
  'FRAME_ON_JOB',
  'FRAME_ON_LAYER',
  'FRAME_ON_FRAME',
  'FRAME_BY_FRAME',
];

/** What an element may hold. Without a content model it holds text. */
interface Declaration {
  readonly content?: string;
  /** Attributes that must be there, with the values they may have. */
  readonly attributes?: Readonly<Record<string, readonly string[] | undefined>>;
  readonly optional?: readonly string[];
}

/**
 * Checks a job spec as Cuebot's validating parser does: it must name one of OpenCue's document types, cjsl-1.5 to 1.15, and
 * keep to it. Throws at the first mistake with its line. Other document types, which a real Cuebot would fetch from wherever
 * they say, are refused.
 */
export function validateSpec({ doctype, root }: XmlDocument): void {
  if (doctype === undefined) throw xmlError(root.startLine, 'Document is invalid: no grammar found.');
  const declarations = declarationsOf(readVersion(doctype));
  const rootName = /^\S+/.exec(doctype)?.[0];
  if (root.name !== rootName) {
    throw xmlError(root.startLine, `Document root element "${root.name}", must match DOCTYPE root "${rootName}".`);
  }
  validateElement(root, declarations);
}

function readVersion(doctype: string): number {
  const [, , publicSystem, , system] =
    /^\S+\s+(PUBLIC\s+(?:"[^"]*"|'[^']*')\s+(?:"([^"]*)"|'([^']*)')|SYSTEM\s+["']([^"']*)["'])/.exec(doctype) ?? [];
  const address = publicSystem ?? system ?? '';
  const version = Number(DTD_ADDRESS.exec(address)?.[1]);
  if (version >= OLDEST && version <= NEWEST) return version;
  throw new SpecError(
    `the demo Cuebot reads no document type "${address}": expected ` +
      `http://localhost:8080/spcue/dtd/cjsl-1.N.dtd with N from ${OLDEST} to ${NEWEST}`,
  );
}

const known = new Map<number, ReadonlyMap<string, Declaration>>();

function declarationsOf(version: number): ReadonlyMap<string, Declaration> {
  const before = known.get(version);
  if (before) return before;
  const declarations = declare(version);
  known.set(version, declarations);
  return declarations;
}

function declare(version: number): Map<string, Declaration> {
  const uid = version < 9 ? 'uid' : 'uid?';
  const declarations = new Map<string, Declaration>([
    ['spec', { content: `facility?,dept?,show,shot,user,email?,${uid},job*,depends*` }],
    ['job', { content: modelOf(JOB, version), attributes: { name: undefined } }],
    ['layers', { content: 'layer+' }],
    ['layer', { content: modelOf(LAYER, version), attributes: { name: undefined, type: ['Render', 'Util', 'Post'] } }],
    ['limits', { content: 'limit+' }],
    ['services', { content: 'service+' }],
    ['env', { content: 'key*' }],
    ['key', { attributes: { name: undefined } }],
    ['depends', { content: 'depend*' }],
    [
      'depend',
      {
        content: 'depjob,deplayer?,depframe?,onjob,onlayer?,onframe?',
        attributes: { type: DEPEND_TYPES },
        optional: ['anyframe'],
      },
    ],
  ]);
  if (version >= 8) {
    declarations.set('localbook', { attributes: Object.fromEntries(LOCALBOOK.map((name) => [name, undefined])) });
  }
  if (version >= 14) {
    declarations.set('outputs', { content: 'output*' });
    declarations.set('output', { attributes: { name: undefined } });
  }
  // Whatever a content model names and nothing declares so far holds text.
  for (const { content = '' } of [...declarations.values()]) {
    for (const name of childNames(content)) if (!declarations.has(name)) declarations.set(name, {});
  }
  // Version 1.14 forgot to declare this one.
  if (version === 14) declarations.delete('onframe');
  return declarations;
}

function modelOf(children: typeof JOB, version: number): string {
  return children
    .filter(([, since = OLDEST]) => version >= since)
    .map(([child]) => child)
    .join(',');
}

function childNames(content: string): string[] {
  return content.split(',').map((child) => child.replace(/[?*+]$/, ''));
}

function validateElement(element: XmlElement, declarations: ReadonlyMap<string, Declaration>): void {
  const declaration = declarations.get(element.name);
  if (!declaration) throw xmlError(element.startLine, `Element type "${element.name}" must be declared.`);
  validateAttributes(element, declaration);
  for (const child of element.children) validateElement(child, declarations);
  const { content } = declaration;
  if (content === undefined ? element.children.length === 0 : compileModel(content).test(childList(element))) return;
  const model = content === undefined ? '(#PCDATA)*' : `(${content})`;
  throw xmlError(element.endLine, `The content of element type "${element.name}" must match "${model}".`);
}

function childList({ children, text }: XmlElement): string {
  // Text where only elements may stand matches no model.
  return `${text === '' ? '' : '#'}${children.map(({ name }) => `${name},`).join('')}`;
}

const models = new Map<string, RegExp>();

function compileModel(content: string): RegExp {
  const before = models.get(content);
  if (before) return before;
  const parts = content.split(',').map((child) => child.replace(/^(\w+)([?*+]?)$/, '(?:$1,)$2'));
  const model = new RegExp(`^${parts.join('')}$`);
  models.set(content, model);
  return model;
}

function validateAttributes({ name, attributes, startLine }: XmlElement, declaration: Declaration): void {
  const { attributes: required = {}, optional = [] } = declaration;
  for (const given of Object.keys(attributes)) {
    if (Object.hasOwn(required, given) || optional.includes(given)) continue;
    throw xmlError(startLine, `Attribute "${given}" must be declared for element type "${name}".`);
  }
  for (const [key, values] of Object.entries(required)) {
    const value = attributes[key];
    if (value === undefined) {
      throw xmlError(startLine, `Attribute "${key}" is required and must be specified for element type "${name}".`);
    }
    if (values && !values.includes(value)) {
      const list = values.map((each) => `${each} `).join('');
      throw xmlError(startLine, `Attribute "${key}" with value "${value}" must have a value from the list "${list}".`);
    }
  }
}
