import { createList, html, setAttributes, setText, svg } from './elements.ts';
import type { Allocation, Host } from './farm-data.ts';
import { hostAddress } from './find-stuck.ts';
import { conditionOf, cores, counted } from './words.ts';

/** How large a host is drawn, by how many there are: with its load in figures, with a letter, or as a dot of colour. */
function cellOf(hosts: number) {
  if (hosts <= 60) return { size: 38, gap: 4, hasText: true };
  return hosts <= 500 ? { size: 20, gap: 3, hasText: true } : { size: 10, gap: 2, hasText: false };
}

/** The hosts by allocation: a square each, as full as its cores are in use, in the colour of its state. */
export function createHostsView() {
  const summary = html('span', { class: 'panel-summary' });
  const list = html('div', { class: 'allocations' });
  const draw = createList<Allocation>(list, ({ name }) => name, createAllocationRow);
  const legend = html(
    'ul',
    { class: 'legend', 'aria-label': 'Colours of the hosts' },
    ...(
      [
        ['up', 'up, with its cores in use in percent'],
        ['locked', 'locked (L, N: by an artist)'],
        ['down', 'down (D)'],
        ['repair', 'repair, reboot (R, B)'],
      ] as const
    ).map(([style, text]) => html('li', {}, html('span', { class: `swatch swatch-${style}` }), text)),
  );
  return {
    root: html(
      'section',
      { class: 'panel panel-hosts', 'aria-labelledby': 'hosts-title' },
      html('header', { class: 'panel-head' }, html('h2', { id: 'hosts-title' }, 'Hosts'), summary),
      legend,
      list,
    ),
    update: (allocations: readonly Allocation[]) => {
      setText(
        summary,
        counted(
          allocations.reduce((sum, { hosts }) => sum + hosts.length, 0),
          'host',
        ),
      );
      draw(allocations);
    },
  };
}

function createAllocationRow({ name }: Allocation) {
  const id = `allocation-${name}`;
  const text = html('span', { class: 'share-text' });
  const states = html('span', { class: 'allocation-states' });
  let [summary, pointed]: [string, string | undefined] = ['', undefined];
  const draw = () => setText(states, pointed ?? summary);
  const grid = createHostGrid(id, (host) => {
    pointed = host === undefined ? undefined : describeHost(host);
    draw();
  });
  const root = html(
    'div',
    { class: 'allocation' },
    html('div', { class: 'allocation-head' }, html('h3', { id }, name), text),
    states,
    grid.root,
  );
  return {
    root,
    update: ({ stats, hosts }: Allocation) => {
      setText(text, `${cores(stats.runningCores)} of ${cores(stats.cores)} cores`);
      root.classList.toggle('is-wide', hosts.length > 100);
      summary = describeStates(hosts);
      draw();
      grid.update(hosts);
    },
  };
}

/** How many hosts are in which state, in words. */
function describeStates(hosts: readonly Host[]): string {
  const counts = new Map<string, number>();
  for (const host of hosts) {
    const { word } = conditionOf(host);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([word, number]) => `${number} ${word}`)
    .join(' · ');
}

/** One picture with a square for each host. The arrow keys walk through it, and Enter opens a host. */
function createHostGrid(label: string, onPoint: (host: Host | undefined) => void) {
  const root = svg('svg', {
    class: 'host-grid',
    role: 'listbox',
    tabindex: 0,
    'aria-labelledby': label,
    'aria-orientation': 'horizontal',
  });
  let hosts: readonly Host[] = [];
  let [columns, active]: [number, number] = [1, -1];
  const cells: HostCell[] = [];

  const layOut = () => {
    const { size, gap } = cellOf(hosts.length);
    columns = Math.max(1, Math.floor((root.clientWidth + gap) / (size + gap)));
    const rows = Math.ceil(hosts.length / columns);
    setAttributes(root, { height: rows * (size + gap) });
    for (const [index, cell] of cells.entries()) {
      cell.place((index % columns) * (size + gap), Math.floor(index / columns) * (size + gap));
    }
  };
  const point = (index: number) => {
    cells[active]?.mark(false);
    active = index;
    const host = hosts[active];
    cells[active]?.mark(true);
    setAttributes(root, { 'aria-activedescendant': host === undefined ? undefined : `${label}-${active}` });
    onPoint(host);
  };
  const indexAt = (event: MouseEvent) => cells.findIndex(({ root }) => root.contains(event.target as Node));
  root.addEventListener('mousemove', (event) => {
    const index = indexAt(event);
    if (index >= 0 && index !== active) point(index);
  });
  root.addEventListener('mouseleave', () => point(-1));
  root.addEventListener('click', (event) => open(indexAt(event)));
  root.addEventListener('focus', () => active < 0 && point(0));
  root.addEventListener('blur', () => point(-1));
  root.addEventListener('keydown', (event) => {
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
      Home: -active,
      End: hosts.length - 1 - active,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      point(Math.min(hosts.length - 1, Math.max(0, active + step)));
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      open(active);
    }
  });
  const open = (index: number) => {
    const host = hosts[index];
    if (host !== undefined) location.hash = hostAddress(host.name);
  };
  new ResizeObserver(layOut).observe(root);

  return {
    root,
    update: (now: readonly Host[]) => {
      const { size, hasText } = cellOf(now.length);
      if (now.length !== hosts.length) {
        for (const { root } of cells.splice(0)) root.remove();
        cells.push(...now.map((_, index) => createHostCell(`${label}-${index}`, size, hasText)));
        root.append(...cells.map((cell) => cell.root));
        hosts = now;
        layOut();
      }
      hosts = now;
      for (const [index, host] of hosts.entries()) cells[index]?.update(host);
      if (active >= 0) point(active);
    },
  };
}

interface HostCell {
  readonly root: SVGGElement;
  readonly place: (x: number, y: number) => void;
  readonly mark: (isActive: boolean) => void;
  readonly update: (host: Host) => void;
}

function createHostCell(id: string, size: number, hasText: boolean): HostCell {
  const radius = size > 30 ? 5 : 2;
  const ground = svg('rect', { class: 'host-ground', width: size, height: size, rx: radius });
  const load = svg('rect', { class: 'host-load', width: size, rx: radius });
  const text = hasText
    ? svg('text', { class: size > 30 ? 'host-text' : 'host-letter', x: size / 2, y: size / 2 })
    : undefined;
  const root = svg('g', { role: 'option', id, 'aria-selected': 'false' }, ground, load, text);
  return {
    root,
    place: (x, y) => setAttributes(root, { transform: `translate(${x} ${y})` }),
    mark: (isActive) => {
      root.classList.toggle('is-active', isActive);
      setAttributes(root, { 'aria-selected': isActive ? 'true' : 'false' });
    },
    update: (host) => {
      const { letter, style } = conditionOf(host);
      const part = host.cores === 0 ? 0 : (host.cores - host.idleCores) / host.cores;
      const height = Math.round(size * part);
      root.classList.toggle('is-active', root.getAttribute('aria-selected') === 'true');
      setAttributes(ground, { class: `host-ground host-${style}` });
      setAttributes(load, { class: `host-load load-${style}`, y: size - height, height });
      setAttributes(root, { 'aria-label': describeHost(host) });
      if (text !== undefined) setText(text, letter || (size > 30 ? String(Math.round(100 * part)) : ''));
    },
  };
}

/** A host in one line. */
export function describeHost(
  host: Pick<Host, 'name' | 'state' | 'lockState' | 'cores' | 'idleCores' | 'loadAverage'>,
): string {
  const used = cores(host.cores - host.idleCores);
  return `${host.name} · ${conditionOf(host).word} · ${used} of ${cores(host.cores)} cores · load ${host.loadAverage.toFixed(1)}`;
}
