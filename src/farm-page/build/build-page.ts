import { writePage } from '../../http/page-files.ts';

import { builtFarmPage } from '../create-farm-page.ts';
import { bundleFarmPage } from './bundle-farm-page.ts';

// A step of `npm run build`, run from `dist`: production has no devDependencies to make the page from.
writePage(builtFarmPage, await bundleFarmPage());
