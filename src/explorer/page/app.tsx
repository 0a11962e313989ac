import { useEffect } from 'preact/hooks';
import { keepFocus } from './focus.js';
import { ClassBars } from './input/class-bars.js';
import { Findings } from './input/findings.js';
import { ImagePanel } from './input/image-panel.js';
import { LayerList } from './input/layer-list.js';
import { takeDrops } from './input/take-files.js';
import { onKey } from './keys.js';
import { Shown } from './maps/shown.js';
import { CommandDialog } from './parts/command-dialog.js';
import { Header } from './parts/header.js';
import { KeysDialog } from './parts/keys-dialog.js';
import { StatusLine } from './parts/status-line.js';
import { RightSide } from './right-side.js';
import { useStore } from './use-signal.js';

/** The whole page: what is fed and the layers, what a layer shows, and why. */
export function App() {
  const store = useStore();
  useEffect(() => {
    const key = (event: KeyboardEvent) => onKey(store, event);
    document.addEventListener('keydown', key);
    const stops = [takeDrops(store, document), keepFocus(store)];
    return () => {
      document.removeEventListener('keydown', key);
      for (const stop of stops) stop();
    };
  }, [store]);
  return (
    <>
      <Header />
      <div class="columns">
        <nav class="left" aria-label="Input and layers">
          <ImagePanel />
          <ClassBars />
          <Findings />
          <LayerList />
        </nav>
        <main class="middle">
          <Shown />
        </main>
        <aside class="right" aria-label="One value">
          <RightSide />
        </aside>
      </div>
      <StatusLine />
      <KeysDialog />
      <CommandDialog />
    </>
  );
}
