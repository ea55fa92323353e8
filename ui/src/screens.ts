// The screens, in the order of the rail. A screen is named by the first part of the address. The first comes with the
// page, each of the others when it is opened: the window need not read them all before it shows one.

import type { Component } from 'svelte';

import Ask from './chat/Ask.svelte';
import type { IconName } from './kit/icons';

export interface Screen {
  readonly name: string;
  readonly words: string;
  readonly icon: IconName;
  readonly load: () => Promise<{ default: Component }>;
}

export const SCREENS: readonly Screen[] = [
  { name: 'ask', words: 'Ask', icon: 'ask', load: async () => ({ default: Ask }) },
  { name: 'trail', words: 'Trail', icon: 'trail', load: () => import('./trail/Trail.svelte') },
  { name: 'sources', words: 'Sources', icon: 'sources', load: () => import('./sources/Sources.svelte') },
  { name: 'settings', words: 'Settings', icon: 'settings', load: () => import('./settings/Settings.svelte') },
];
