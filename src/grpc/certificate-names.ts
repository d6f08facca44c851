/**
 * The subject alternative names of a certificate (RFC 5280, 4.2.1.6), each with its kind, from the text that node makes of them.
 * Names with a comma or a quote in them stand in quotes there, so that nobody's name looks like two of them (CVE-2021-44532);
 * such names are left out: no policy names them.
 */
export function certificateNames(subjectAltName: string | undefined): readonly string[] {
  return [...(subjectAltName ?? '').matchAll(entry)].flatMap(([, name = '', quoted]) =>
    quoted === undefined ? [name] : [],
  );
}

/** Kind and value, up to the comma that is in no quotes. */
const entry = /(?:^|, )([^:,"]+:(?:("(?:[^"\\]|\\.)*")|[^,"]*))/g;
