import { mount } from 'svelte';

import './kit/tokens.css';
import './kit/base.css';
import type { Host } from './ipc/host';
import Root from './App.svelte';
import { App } from './state/app.svelte';

// The mode is known while building: only one of the two hosts is in the page.
async function hostOfThisBuild(): Promise<Host> {
  if (import.meta.env.MODE === 'fake') {
    const { fakeHost, fakeOptions } = await import('./ipc/fake');
    return fakeHost(fakeOptions(location.search));
  }
  const { tauriHost } = await import('./ipc/tauri');
  return tauriHost;
}

const target = document.getElementById('app');
if (target) mount(Root, { target, props: { app: new App(await hostOfThisBuild()) } });
