export { patchRheaSettlement } from './patch-settlement.ts';
export { patchRheaWindow } from './patch-window.ts';
