import { createRoot } from 'react-dom/client';

import { startPage } from '../../web-pages/page/start-page.ts';

import type { PageSettings } from '../page-settings.ts';

import { App } from './app.tsx';

/** What the server wrote into the page. */
const settings = JSON.parse(document.getElementById('settings')!.textContent!) as PageSettings;
const start = await startPage(settings);
createRoot(document.getElementById('page')!).render(<App settings={settings} start={start} />);
