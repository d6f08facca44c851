import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readJobSpec as readInSteps } from '../../../../src/pipeline/validation/job-spec/read-job-spec.ts';
import { XmlProblem } from '../../../../src/pipeline/validation/job-spec/scan-xml.ts';
import { workAtOnce } from '../../../../src/pipeline/work-in-turns.ts';

const dtd = (version: string) => `http://localhost:8080/spcue/dtd/cjsl-${version}.dtd`;
const doctype = `<!DOCTYPE spec PUBLIC "SPI Cue Specification Language" "${dtd('1.15')}">`;
const body = `<spec>
  <facility>local</facility> <show>dragon</show> <shot>a0010</shot>
  <user>ann</user>
  <uid>1500</uid>
  <job name="comp"><paused>True</paused><env/>
    <layers><layer name='render' type="Render"><cmd>echo "a &amp;&amp; b" &gt; /tmp/<!-- here -->#IFRAME#</cmd>
      <range>1-10</range><chunk>1</chunk><services><service><![CDATA[<user>root</user>]]></service></services>
    </layer></layers>
  </job>
</spec>
`;
const whole = `<?xml version="1.0" encoding="utf-8"?>\n<!-- by hand -->\n${doctype}\n${body}`;

const readJobSpec = (text: string) => workAtOnce(readInSteps(text));

/** `malformed: …`, `forbidden: …`, or what was read. */
const outcomeOf = (text: string): string => {
  try {
    const { user, uid } = readJobSpec(text);
    return `user ${user}, uid ${uid}`;
  } catch (error) {
    if (!(error instanceof XmlProblem)) throw error;
    return `${error.kind}: ${error.message}`;
  }
};

describe('readJobSpec()', () => {
  it.each([
    ['a whole spec', whole, 'user ann, uid 1500'],
    ['one without a declaration', `${doctype}${body}`, 'user ann, uid 1500'],
    ['one without a document type', body, 'user ann, uid 1500'],
    ['a system id alone', `<!DOCTYPE spec SYSTEM '${dtd('1.5')}' >${body}`, 'user ann, uid 1500'],
    ['a bare document type', `<!DOCTYPE spec>${body}`, 'user ann, uid 1500'],
    ['white space around names', '<s><user >\n ann\t</user\n><uid\t/></s>', 'user ann, uid '],
    ['no user', '<spec/>', 'user undefined, uid undefined'],
    ['a user somewhere else', '<s><job><user>root</user></job><user>ann</user></s>', 'user ann, uid undefined'],
    ['a user in a comment', '<s><!-- <user>root</user> --><user>ann</user></s>', 'user ann, uid undefined'],
    ['other letters', '<s><user>Åsa\u00A0</user></s>', 'user Åsa\u00A0, uid undefined'],
    ['the old line ends', '<s>\r\n<user>ann</user>\r\n</s>\r\n', 'user ann, uid undefined'],
  ])('reads %s', (_, text, expected) => {
    expect(outcomeOf(text)).toBe(expected);
  });

  const plainDoctype = 'forbidden: the only declaration that is allowed is a plain DOCTYPE';
  const subset = 'forbidden: the DOCTYPE must have no internal subset; leave out what is between [ and ]';
  const entities = 'forbidden: only &amp; &lt; &gt; &quot; &apos; and numbers may follow "&"';
  const declaration = 'forbidden: the XML declaration must be <?xml version="1.0" encoding="UTF-8"?>';
  const pi = 'forbidden: processing instructions are not allowed; leave it out';
  const foreign = (found: string) =>
    `forbidden: the document type must be ${dtd('1.NN')} with NN from 5 to 15, or none; found "${found}"`;

  it.each([
    ['an entity that reads a file', `<!DOCTYPE spec [<!ENTITY x SYSTEM "file:///etc/passwd">]><s>&x;</s>`, subset],
    ['a billion laughs', `<!DOCTYPE spec SYSTEM "${dtd('1.15')}" [<!ENTITY a "ha">]>${body}`, subset],
    ['a parameter entity', `<!DOCTYPE spec [<!ENTITY % p SYSTEM "http://x/"> %p;]><s/>`, subset],
    ['an empty subset', `<!DOCTYPE spec []><s/>`, subset],
    [
      'a foreign document type',
      '<!DOCTYPE spec SYSTEM "http://evil.example/x.dtd"><s/>',
      foreign('http://evil.example/x.dtd'),
    ],
    ['a file', '<!DOCTYPE spec PUBLIC "-//x" "file:///etc/passwd"><s/>', foreign('file:///etc/passwd')],
    ['a version that Cuebot does not have', `<!DOCTYPE spec SYSTEM "${dtd('1.16')}"><s/>`, foreign(dtd('1.16'))],
    ['a way out of the folder', `<!DOCTYPE spec SYSTEM "${dtd('1.5/../../x')}"><s/>`, foreign(dtd('1.5/../../x'))],
    [
      'another port',
      '<!DOCTYPE spec SYSTEM "http://localhost:80/spcue/dtd/cjsl-1.5.dtd"><s/>',
      foreign('http://localhost:80/spcue/dtd/cjsl-1.5.dtd'),
    ],
    ['a declaration in the middle', '<s><!ENTITY x "y"></s>', plainDoctype],
    ['a document type in small letters', '<!doctype spec><s/>', plainDoctype],
    ['an entity that nobody has declared', '<s><cmd>&user;</cmd></s>', entities],
    ['an entity in an attribute', '<s a="&x;"/>', entities],
    ['a lone ampersand', '<s>a & b</s>', entities],
    ['a processing instruction', '<?php x?><s/>', pi],
    ['a style sheet', '<?xml-stylesheet href="http://x/"?><s/>', pi],
    ['a second declaration', '<?xml version="1.0"?><?xml version="1.0"?><s/>', pi],
    ['a declaration that is not first', ' <?xml version="1.0"?><s/>', pi],
    ['XML 1.1', '<?xml version="1.1"?><s/>', declaration],
    ['a declaration with more in it', '<?xml version="1.0" x="y"?><s/>', declaration],
    ['UTF-16', '<?xml version="1.0" encoding="UTF-16"?><s/>', 'forbidden: the encoding must be UTF-8; found "UTF-16"'],
    ['UTF-7', "<?xml version='1.0' encoding='UTF-7'?><s/>", 'forbidden: the encoding must be UTF-8; found "UTF-7"'],
    [
      'a namespace',
      '<s xmlns="http://x/"><user>ann</user></s>',
      'forbidden: namespaces are not allowed; found "xmlns"',
    ],
    ['a prefix', '<s><x:user>ann</x:user></s>', 'forbidden: namespaces are not allowed; found "x:user"'],
    ['a user in pieces', '<s><user>ro<!-- -->ot</user></s>', 'forbidden: <user> must hold plain text only'],
    ['a user in a section', '<s><user><![CDATA[root]]></user></s>', 'forbidden: <user> must hold plain text only'],
    ['a user in disguise', '<s><user>&#114;oot</user></s>', 'forbidden: <user> must hold plain text only'],
    [
      'a user around another',
      '<s><user>ann<user>root</user></user></s>',
      'forbidden: <user> must hold plain text only',
    ],
    ['an id in disguise', '<s><uid>&#48;</uid></s>', 'forbidden: <uid> must hold plain text only'],
    ['two users', '<s><user>ann</user><user>root</user></s>', 'malformed: there is a second <user>'],
    ['two ids', '<s><uid/><uid>0</uid></s>', 'malformed: there is a second <uid>'],
    ['two roots', '<s/><s/>', 'malformed: there is a second root element'],
    ['two document types', `<!DOCTYPE s><!DOCTYPE s><s/>`, 'malformed: a DOCTYPE stands once, before the root'],
    ['a late document type', `<s/><!DOCTYPE s>`, 'malformed: a DOCTYPE stands once, before the root'],
    ['no element', '<!-- nothing -->', 'malformed: there is no element in it'],
    ['text before it', 'x<s/>', 'malformed: there is text outside of the root element'],
    ['a byte order mark', '\uFEFF<s/>', 'malformed: there is text outside of the root element'],
    ['a section after it', '<s/><![CDATA[ ]]>', 'malformed: there is text outside of the root element'],
    ['tags that do not nest', '<s><a><b></a></b></s>', 'malformed: </a> closes nothing: <b> is open'],
    ['too many ends', '<s></s></s>', 'malformed: </s> closes nothing: nothing is open'],
    ['too few ends', '<s><user>ann</user>', 'malformed: <s> is not closed'],
    ['an endless comment', '<s><!-- <user>root</user> </s>', 'malformed: a comment has no end'],
    ['an odd comment', '<s><!-- a -- b --></s>', 'malformed: a comment must not hold "--"'],
    ['another odd comment', '<s><!--a---></s>', 'malformed: a comment must not hold "--"'],
    ['an endless section', '<s><![CDATA[ </s>', 'malformed: a CDATA section has no end'],
    ['the end of a section', '<s>]]></s>', 'malformed: "]]>" must not stand in text'],
    ['an attribute without quotes', '<s a=b/>', 'malformed: the tag <s> is not written correctly'],
    ['an attribute twice', '<s a="" a=""/>', 'malformed: the attribute "a" is there twice'],
    ['a tag in a tag', '<s <user>ann</user></s>', 'malformed: the tag <s> is not written correctly'],
    ['a lone bracket', '<s>a < b</s>', 'malformed: "<" begins no tag; in text it is &lt;'],
    ['a control character', '<s>\u0001</s>', 'malformed: the character U+0001 is not allowed in XML'],
    ['U+0000', '<s><user>a\0</user></s>', 'malformed: the character U+0000 is not allowed in XML'],
    ['a bottomless spec', '<a>'.repeat(65), 'malformed: elements are nested deeper than 64 levels'],
  ])('refuses %s', (_, text, expected) => {
    expect(outcomeOf(text)).toBe(expected);
  });
});

const space = fc.constantFrom('', ' ', '\n', '\t ', '<!-- c -->', '<!-- <user>root</user> -->');
const word = fc.string({ unit: fc.constantFrom('a', 'Z', '9', '_', '.', '-', 'é', '>', '"', "'"), maxLength: 8 });
const element = fc
  .tuple(
    fc.constantFrom('show', 'shot', 'job', 'env'),
    word,
    fc.constantFrom('', '<user>root</user>', '<![CDATA[<uid>0</uid>]]>'),
  )
  .map(([name, text, inside]) => `<${name}>${text}${inside}</${name}>`);
const spec = fc.record({
  user: word,
  uid: fc.option(fc.nat().map(String)),
  before: fc.array(element),
  after: fc.array(element),
  space,
});
type Spec = typeof spec extends fc.Arbitrary<infer Value> ? Value : never;
const print = ({ user, uid, before, after, space: gap }: Spec) =>
  [
    `<spec>`,
    ...before,
    `<user>${user}</user>`,
    ...(uid === null ? [] : [`<uid> ${uid}</uid>`]),
    ...after,
    '</spec>',
  ].join(gap);

describe('readJobSpec(), for any spec', () => {
  it('finds whose rights it asks for', () => {
    fc.assert(
      fc.property(spec, (made) => {
        expect(readJobSpec(print(made))).toEqual({ user: made.user, uid: made.uid ?? undefined });
      }),
      { numRuns: 300 },
    );
  });

  it('refuses it as soon as a forbidden part stands anywhere between its tags', () => {
    const forbidden = fc.constantFrom('<!ENTITY x "y">', '<?x y?>', '&x;', '<x:y/>', '\u0000', '<!DOCTYPE s []>');
    fc.assert(
      fc.property(spec, forbidden, fc.nat(), (made, part, seed) => {
        const text = print({ ...made, space: '' });
        const gaps = [...text.matchAll(/<(?:show|shot|job|env|user|\/spec)>/g)].map(({ index }) => index);
        const at = gaps[seed % gaps.length]!;
        expect(() => readJobSpec(text.slice(0, at) + part + text.slice(at))).toThrow(XmlProblem);
      }),
      { numRuns: 300 },
    );
  });

  it('never fails in another way, whatever the text', () => {
    const piece = fc.constantFrom(
      ...'<>/!?[]-&;"\'= \nsa',
      '<user>',
      '</user>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?xml ',
      '&amp;',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        outcomeOf(pieces.join(''));
        outcomeOf(`<s>${pieces.join('')}</s>`);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['elements', `<s>${'<a/>'.repeat(20_000)}</s>`],
    ['references', `<s>${'&lt;'.repeat(20_000)}</s>`],
    ['references in an attribute', `<s a="${'&lt;'.repeat(20_000)}"/>`],
    ['characters', `<s>${' '.repeat(4_000_000)}</s>`],
  ])('reads many %s in steps', (_, text) => {
    expect([...readInSteps(text)].length).toBeGreaterThan(12);
  });

  it('refuses a tag of more attributes than anybody writes', () => {
    const tagOf = (count: number) => `<s${Array.from({ length: count }, (_, index) => ` a${index}=""`).join('')}/>`;
    expect(outcomeOf(tagOf(1_000))).toBe('user undefined, uid undefined');
    expect(outcomeOf(tagOf(1_001))).toBe('malformed: the tag <s> has more than 1000 attributes');
  });

  it('reads megabytes', () => {
    const text = `<s>${'<job a="b">text &amp; more</job>\n'.repeat(60_000)}<user>ann</user></s>`;
    expect(readJobSpec(text)).toEqual({ user: 'ann', uid: undefined });
  });

  it.each([
    ['white space in a tag', `<s${' '.repeat(200_000)}!`],
    ['attributes', `<s${' a=""'.repeat(3)}${' b'.repeat(100_000)}`],
    ['quotes', `<s a="${"'".repeat(200_000)}`],
    ['brackets', '<'.repeat(200_000)],
    ['ampersands', `<s>${'&amp'.repeat(100_000)}</s>`],
  ])('gives up on a long run of %s without trying all ways', (_, text) => {
    expect(outcomeOf(text)).toMatch(/^(?:malformed|forbidden): /);
  });
});
