/**
 * The page that the app serves at `/`. It knows what `GET /api/status` tells and nothing else, keeps nothing but the
 * key of the tab, and never talks to another origin.
 */
import { render } from 'preact';
import { App } from './app.tsx';
import { startPolling } from './state/poll.ts';
import { takeKeyFromAddress } from './state/call-api.ts';
import './styles/base.css';
import './styles/parts.css';
import './styles/sections.css';

takeKeyFromAddress();
startPolling();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
