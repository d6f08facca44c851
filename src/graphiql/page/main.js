import { jsx as _jsx } from 'react/jsx-runtime';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { readSettings } from './read-settings.ts';
import { startPage } from './start-page.ts';
const settings = readSettings();
const start = await startPage(settings);
createRoot(document.getElementById('page')).render(_jsx(App, { settings: settings, start: start }));
