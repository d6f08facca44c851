import { describe, expect, it } from 'vitest';

import { cleanComment } from '../../../src/registry/parsing/clean-comment.ts';

const cases: readonly (readonly [what: string, raw: string, cleaned: string])[] = [
  ['nothing', '', ''],
  ['only marks', '\n*\n', ''],
  ['one line', ' Kills the job.\n', 'Kills the job.'],
  ['lines and paragraphs', ' One.\n Two.\n\n Three.\n', 'One.\nTwo.\n\nThree.'],
  ['Windows line ends', ' One.\r\n Two.\r\n', 'One.\nTwo.'],
  ['deeper indentation, which is kept', ' Either:\n   this\n   that\n', 'Either:\n  this\n  that'],
  ['a list, whose stars are no marks', ' * this\n * that\n', '* this\n* that'],
  ['three slashes', '/ One.\n/ Two.\n', 'One.\nTwo.'],
  ['the second star of a documentation block', '* One.\n Two.\n ', 'One.\nTwo.'],
  ['an exclamation mark, as doxygen writes it', '! One.\n', 'One.'],
  ['a path that begins with a slash', '/var/log is full.\n', '/var/log is full.'],
  ['emphasis, which begins with stars', '**Never** use.\n', '**Never** use.'],
  ['a bar of dashes', ' ---------\n Text.\n', 'Text.'],
  ['bars of equals signs, stars and hashes', ' ====\n Text.\n ****\n More.\n ####\n', 'Text.\nMore.'],
  ['a title between bars', ' -----\n Jobs\n -----\n Text.\n', 'Text.'],
  ['a title framed on its own line', ' -------- Jobs --------\n Text.\n', 'Text.'],
  ['a longer text between bars, which is kept', ' -----\n One.\n Two.\n -----\n', 'One.\nTwo.'],
  ['two dashes, which are no bar', ' --\n Text.\n', '--\nText.'],
  ['dashes within a text', ' Text --- with dashes --- in it.\n', 'Text --- with dashes --- in it.'],
];

describe('cleanComment()', () => {
  it.each(cases)('cleans %s', (_what, raw, cleaned) => {
    expect(cleanComment(raw)).toBe(cleaned);
  });
});
