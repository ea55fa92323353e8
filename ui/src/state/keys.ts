// Chords: `mod+k`, `?`, `shift+enter`. `mod` is ⌘ on a Mac and Ctrl elsewhere.

const MAC = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

const NAMES: Record<string, string> = {
  mod: MAC ? '⌘' : 'Ctrl',
  shift: 'Shift',
  enter: 'Enter',
  escape: 'Esc',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  space: 'Space',
};

/** As a person reads it: `Ctrl K`. */
export function spelled(chord: string): string {
  return chord
    .split('+')
    .map((part) => NAMES[part] ?? part.toUpperCase())
    .join(' ');
}

/** Whether the key event is the chord. A character such as `?` needs no Shift in its chord. */
export function pressed(chord: string, event: KeyboardEvent, mac = MAC): boolean {
  const parts = chord.split('+');
  const key = parts.at(-1) ?? '';
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  if (parts.includes('mod') !== mod || other || event.altKey) return false;
  const typed = event.key === ' ' ? 'space' : event.key.toLowerCase();
  const named = key.length > 1 || /[a-z0-9]/.test(key);
  return typed === key && (!named || parts.includes('shift') === event.shiftKey);
}

/** Whether keys without a modifier belong to what has the focus: somebody is writing there. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
