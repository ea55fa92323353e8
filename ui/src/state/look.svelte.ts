/** Theme and size of text. Both apply before the first paint, so both are kept on the page's side too. */
export type Theme = 'system' | 'light' | 'dark';

const SCALES = [80, 90, 100, 110, 125, 150, 175, 200];

export class Look {
  #theme = $state<Theme>('system');
  #scale = $state(100);

  constructor() {
    const theme = localStorage.getItem('theme');
    this.theme = theme === 'light' || theme === 'dark' ? theme : 'system';
    const scale = Number(localStorage.getItem('scale'));
    this.#setScale(SCALES.includes(scale) ? scale : 100);
  }

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    localStorage.setItem('theme', theme);
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }

  /** Percent of the system's size of text. */
  get scale(): number {
    return this.#scale;
  }

  larger() {
    this.#setScale(SCALES.find((scale) => scale > this.#scale) ?? 200);
  }

  smaller() {
    this.#setScale(SCALES.findLast((scale) => scale < this.#scale) ?? 80);
  }

  reset() {
    this.#setScale(100);
  }

  #setScale(scale: number) {
    this.#scale = scale;
    localStorage.setItem('scale', String(scale));
    document.documentElement.style.fontSize = scale === 100 ? '' : `${scale}%`;
  }
}
