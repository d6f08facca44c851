import { createRoot } from 'react-dom/client';

import type { PageSettings } from '../page-settings.ts';

import { App } from './app.tsx';
import { startPage } from './start-page.ts';

/** What the server wrote into the page. */
const settings = JSON.parse(document.getElementById('settings')!.textContent!) as PageSettings;
const start = await startPage(settings);
createRoot(document.getElementById('page')!).render(<App settings={settings} start={start} />);
