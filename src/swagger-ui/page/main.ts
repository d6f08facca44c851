import { keepToken, recallToken, tokenOf } from '../../web-pages/page/session-storage.ts';

/** What Swagger UI's bundle leaves in the page (https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/). */
declare const SwaggerUIBundle: (options: Readonly<Record<string, unknown>>) => SwaggerUi;

interface SwaggerUi {
  preauthorizeApiKey(scheme: string, value: string): void;
}

/** What somebody has entered into the dialog, by the name of the scheme. */
type Credentials = Readonly<Record<string, { readonly value?: unknown }>>;

/** The scheme that takes a token, by its name in the document. */
const bearer = 'bearer';

/** Keeps the token of the tab, which GraphiQL knows as well, in step with Swagger UI's dialog. */
const tokenOfTab = {
  statePlugins: {
    auth: {
      wrapActions: {
        authorize: (next: (credentials: Credentials) => unknown) => (credentials: Credentials) => {
          const entered = credentials[bearer]?.value;
          if (typeof entered !== 'string') return next(credentials);
          const token = tokenOf(entered);
          keepToken(token);
          return next({ ...credentials, [bearer]: { ...credentials[bearer], value: token } });
        },
        logout: (next: (schemes: readonly string[]) => unknown) => (schemes: readonly string[]) => {
          if (schemes.includes(bearer)) keepToken('');
          return next(schemes);
        },
      },
    },
  },
};

const page = document.getElementById('page')!;
try {
  const { href } = document.getElementById('document') as HTMLLinkElement;
  const response = await fetch(href);
  if (!response.ok) throw new Error(`${href} answered ${response.status}`);
  const spec = (await response.json()) as Readonly<Record<string, unknown>>;
  const ui = SwaggerUIBundle({
    domNode: page,
    // Where the document says that the gateway is, this page may not talk to; it came from the gateway itself.
    spec: { ...spec, servers: [{ url: new URL('.', href).href.replace(/\/$/, '') }] },
    plugins: [tokenOfTab],
    deepLinking: true,
    // 22 services with 284 routes: closed, and with a field to search.
    docExpansion: 'none',
    filter: true,
    defaultModelsExpandDepth: -1,
    showExtensions: true,
    showCommonExtensions: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    // It would send the document to another site, and keep tokens beyond the tab.
    validatorUrl: null,
    persistAuthorization: false,
    onComplete: () => {
      const token = recallToken();
      if (token !== '') ui.preauthorizeApiKey(bearer, token);
    },
  });
} catch (error) {
  page.textContent = `The routes cannot be shown: ${(error as Error).message}. Load the page again later.`;
}
