import { render } from 'preact';

/** The page begins here. */
render(<main />, document.body);
