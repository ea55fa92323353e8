import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// `vite build` makes the page for the window. Mode `fake` (`npm run dev`, page tests) puts the in-memory host in its
// place; the choice is made while building, so that the demo's data never ships in the window.
export default defineConfig({
  plugins: [svelte()],
  // The window serves the page from its own scheme: no absolute addresses, and no inlined assets that the content
  // security policy would have to allow.
  base: './',
  build: { target: 'safari16', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { port: 5174, strictPort: true },
  clearScreen: false,
});
