/** A line that is only decoration. */
const bar = /^\s*([-=*#~_+/])\1{2,}\s*$/;
/** A title that is decorated on both sides, such as `---- Jobs ----`. */
const framedTitle = /^\s*([-=*#~_+/])\1+\s.*\s\1{2,}\s*$/;

/** As most are: each line begins with one space and a word. A start reads thousands of them. */
const plain = /^(?: [A-Za-z0-9`"'([][^\r\n]*(?:\n|$))+$/;

/**
 * What a comment says, without how it was drawn: no marks, no banners, no common indentation, no blank lines around it.
 * `text` is what follows `//` or stands between `/*` and its end, lines joined by `\n`, as protoc reports it.
 * A banner is a line of decoration, or a title framed by decoration; a longer text inside a frame is kept.
 */
export function cleanComment(text: string): string {
  if (text === '') return '';
  if (plain.test(text)) return text.replace(/^ |[ \t]+$/gm, '').trimEnd();
  const lines = text.split(/\r?\n/).map((line) => line.replace(/^[/*!]+(?=\s|$)/, '').trimEnd());
  return dedent(removeBanners(lines)).join('\n').trim();
}

function removeBanners(lines: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (bar.test(line)) {
      if (lines[index + 2]?.trim()[0] === line.trim()[0] && bar.test(lines[index + 2]!)) index += 2;
    } else if (!framedTitle.test(line)) {
      kept.push(line);
    }
  }
  return kept;
}

function dedent(lines: readonly string[]): string[] {
  const indents = lines.filter((line) => line !== '').map((line) => line.length - line.trimStart().length);
  const common = Math.min(...indents);
  return lines.map((line) => line.slice(common));
}
