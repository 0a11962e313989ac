import { render } from 'preact';
import { PAGE_IDS } from '../page-ids.js';
import { followAddress } from './actions.js';
import { App } from './app.js';
import { pageBytes, pageData } from './page-parts.js';
import { keepRunning } from './run-engine.js';
import { laterEngine } from './start/later-engine.js';
import { openEngineOfPage } from './start/open-engine-of-page.js';
import { makeStore } from './store.js';
import { StoreContext } from './use-signal.js';

start();

/** Shows what the page came with at once; the engine starts when the rest of the page is there. */
function start(): void {
  const data = pageData();
  const bytes = pageBytes();
  const store = makeStore(data, laterEngine(openEngineOfPage(data, bytes)));
  followAddress(store);
  window.addEventListener('popstate', () => followAddress(store));
  window.addEventListener('hashchange', () => followAddress(store));
  const root = document.getElementById(PAGE_IDS.root) ?? document.body;
  render(
    <StoreContext.Provider value={store}>
      <App />
    </StoreContext.Provider>,
    root,
  );
  keepRunning(store);
  void bytes.then((found) => {
    store.bytes.value = found;
  });
}
