// What a person picks of a description: a fold without a screen.

import type { Effect, FoundTool, ImportChanges, Label, PickInput } from '../../ipc/host';
import { join } from '../../state/label';

/** Beyond so many tools nobody wants all of them: the person chooses. */
const CHOSEN_AT_FIRST = 40;

export interface Picked {
  readonly chosen: ReadonlySet<number>;
  /** Effects that a person set otherwise than method and path say. */
  readonly effects: ReadonlyMap<number, Effect>;
  /** Labels of their own, which the source's joins. */
  readonly labels: ReadonlyMap<number, Label>;
}

/** What is chosen before a person has: what the source has already, else all if they are few. */
export function pickedFirst(tools: readonly FoundTool[], changes: ImportChanges | null): Picked {
  if (changes?.known) {
    const at = (change: ImportChanges['tools'][number]) => change.at;
    return {
      chosen: new Set(changes.tools.map(at)),
      effects: new Map(changes.tools.map((change) => [change.at, change.effect])),
      labels: new Map(changes.tools.map((change) => [change.at, change.label])),
    };
  }
  const few = tools.length <= CHOSEN_AT_FIRST;
  return { chosen: new Set(few ? tools.map(({ at }) => at) : []), effects: new Map(), labels: new Map() };
}

/** Chooses these or leaves them out. */
export function withChosen(picked: Picked, tools: readonly FoundTool[], chosen: boolean): Picked {
  const next = new Set(picked.chosen);
  for (const { at } of tools) {
    if (chosen) next.add(at);
    else next.delete(at);
  }
  return { ...picked, chosen: next };
}

export function withEffect(picked: Picked, at: number, effect: Effect): Picked {
  return { ...picked, effects: new Map(picked.effects).set(at, effect) };
}

export function withLabel(picked: Picked, at: number, label: Label): Picked {
  return { ...picked, labels: new Map(picked.labels).set(at, label) };
}

export const effectOf = (picked: Picked, tool: FoundTool): Effect => picked.effects.get(tool.at) ?? tool.effect;

/** The label that the tool will have. */
export function labelOf(picked: Picked, tool: FoundTool, source: Label): Label {
  const own = picked.labels.get(tool.at);
  return own ? join(source, own) : source;
}

/** The tools in which every word stands somewhere, and that have the tag if one is named. */
export function found(tools: readonly FoundTool[], words: string, tag: string): FoundTool[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return tools.filter((tool) => {
    if (tag !== '' && !tool.tags.includes(tag)) return false;
    if (wanted.length === 0) return true;
    const text = `${tool.name} ${tool.method} ${tool.path} ${tool.description} ${tool.tags.join(' ')}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** The tags with how many tools each has, the largest first. */
export function tagsOf(tools: readonly FoundTool[]): { tag: string; tools: number }[] {
  const counts = new Map<string, number>();
  for (const { tags } of tools) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].map(([tag, tools]) => ({ tag, tools })).sort((a, b) => b.tools - a.tools || a.tag.localeCompare(b.tag));
}

/** What importing again would do to a tool: `new`, what is otherwise, or nothing. */
export function changeWords(changes: ImportChanges | null, at: number): string {
  if (!changes?.known) return '';
  const known = changes.tools.find((change) => change.at === at);
  if (!known) return 'new';
  return known.otherwise.length > 0 ? `changed: ${known.otherwise.join(', ')}` : '';
}

/** As it is saved. */
export function pickOf(picked: Picked, tools: readonly FoundTool[], of: Pick<PickInput, 'name' | 'label' | 'auth' | 'follow'>): PickInput {
  const chosen = tools.filter(({ at }) => picked.chosen.has(at));
  return {
    ...of,
    tools: chosen.map((tool) => ({ at: tool.at, effect: effectOf(picked, tool), label: labelOf(picked, tool, of.label) })),
  };
}
