// The screens, in the order of the rail. A screen is named by the first part of the address.

import type { Component } from 'svelte';

import Ask from './chat/Ask.svelte';
import type { IconName } from './kit/icons';
import Settings from './settings/Settings.svelte';
import Sources from './sources/Sources.svelte';
import Trail from './trail/Trail.svelte';

export interface Screen {
  readonly name: string;
  readonly words: string;
  readonly icon: IconName;
  readonly component: Component;
}

export const SCREENS: readonly Screen[] = [
  { name: 'ask', words: 'Ask', icon: 'ask', component: Ask },
  { name: 'trail', words: 'Trail', icon: 'trail', component: Trail },
  { name: 'sources', words: 'Sources', icon: 'sources', component: Sources },
  { name: 'settings', words: 'Settings', icon: 'settings', component: Settings },
];
