import { createRoot } from 'react-dom/client';

import { App } from './app.tsx';
import { readSettings } from './read-settings.ts';

createRoot(document.getElementById('page')!).render(<App settings={readSettings()} />);
