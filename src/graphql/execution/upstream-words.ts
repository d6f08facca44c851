/** What must not be shown, wherever it stands: SQL, frames of a stack, addresses, paths. */
const secrets =
  /\bSQL\b|PreparedStatement|\bat [\w.$]+\(|\b\d{1,3}(?:\.\d{1,3}){3}\b|\w:\/\/|:\d{4,5}\b|(?:^|\s)\/\w+\/\w/;

/** A class of Java, and the colon behind it. */
const className = /\b(?:[a-z]\w*\.)+[A-Z][\w$]*: ?/g;

/** Longer texts are dumps, whatever else they are. */
const longest = 500;

/**
 * What Cuebot says to its caller in the text of an exception: without names of classes, which the text begins with, and without the
 * second line, which says the same again. Undefined when it is not fit to be shown.
 */
export function readUpstreamWords(text: string): string | undefined {
  const [line = ''] = text.split('\n', 1);
  const words = line.replace(className, '').trim();
  if (words === '' || words === 'null' || words.length > longest || secrets.test(line)) return undefined;
  return words;
}
