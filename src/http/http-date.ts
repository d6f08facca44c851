let second = 0;
let text = '';

/**
 * The current time as the `Date` field writes it (RFC 9110, 5.6.7, https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7).
 * Formatting costs more than the rest of a response head, so the text is kept for the second it is true.
 */
export function httpDate(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    text = new Date(now * 1000).toUTCString();
  }
  return text;
}
