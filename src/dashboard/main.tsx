/**
 * The page that the app serves at `/`. It shows the answers of the app's HTTP API, stores only the function key, for
 * this tab, and sends no request to another origin.
 */
import { render } from 'preact';
import { App } from './app.tsx';
import { startPolling } from './state/poll.ts';
import { takeKeyFromAddress } from './state/call-api.ts';
import { guardTexts } from './ui/guard-texts.ts';
import './styles/base.css';
import './styles/parts.css';
import './styles/sections.css';
import './styles/keys.css';

guardTexts();
takeKeyFromAddress();
startPolling();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
