/** What the server wrote into the page. */
export function readSettings() {
  return JSON.parse(document.getElementById('settings').textContent);
}
