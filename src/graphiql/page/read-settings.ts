import type { PageSettings } from '../page-settings.ts';

/** What the server wrote into the page. */
export function readSettings(): PageSettings {
  return JSON.parse(document.getElementById('settings')!.textContent!) as PageSettings;
}
