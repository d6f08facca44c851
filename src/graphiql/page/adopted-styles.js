import { useEffect } from 'react';
/**
 * Stands in for the package `react-style-singleton`, which GraphiQL's dialogs and menus use to lock the scroll bar while
 * they are open. It writes `<style>` elements, and the content security policy would have to allow all of them; adopted
 * style sheets are objects of the page's own script and need no permission.
 * Returns a component; its styles hold while at least one instance of it is there.
 */
export function styleSingleton() {
  const sheet = new CSSStyleSheet();
  let instances = 0;
  return function Styles({ styles }) {
    // biome-ignore lint/correctness/useExhaustiveDependencies: the first instance's styles stay, as GraphiQL's dialogs expect.
    useEffect(() => {
      instances += 1;
      if (instances === 1) {
        sheet.replaceSync(styles);
        document.adoptedStyleSheets.push(sheet);
      }
      return () => {
        instances -= 1;
        if (instances > 0) return;
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((adopted) => adopted !== sheet);
      };
    }, []);
    return null;
  };
}
