import type { GatewayClient } from '../../web-pages/page/gateway-client.ts';

import { type ChangeName, change, type Rights } from './changes.ts';
import { html, setAttributes, setText } from './elements.ts';
import type { Farm, FrameAnswer, JobAnswer } from './farm-data.ts';
import { frameAddress, hostAddress, jobAddress } from './find-stuck.ts';
import { createFrameDetails } from './frame-details.ts';
import { createHostDetails } from './host-details.ts';
import { createJobDetails } from './job-details.ts';
import detailOperations from './operations/details.graphql';
import { createReasonDialog } from './reason-dialog.ts';
import { followLive, problemOf } from './watch-farm.ts';
import { counted } from './words.ts';

/** What is open, by the part of the page's address behind `#`. */
type Place =
  | { readonly kind: 'job'; readonly job: string }
  | { readonly kind: 'frame'; readonly job: string; readonly frame: string }
  | { readonly kind: 'host'; readonly host: string };

/** What the drawer needs of the page. */
interface DetailsOptions {
  readonly client: () => GatewayClient;
  readonly rights: () => Rights;
  readonly farm: () => Farm | undefined;
  /** Told what was done, for everybody to read. */
  readonly onDone: (text: string) => void;
}

/** A button of the drawer. */
interface Action {
  readonly name: string;
  readonly change: ChangeName;
  readonly run: () => void;
}

/** The drawer for what somebody has opened: a job, a frame and its way, or a host. It follows the page's address. */
export function createDetailsView({ client, rights, farm, onDone }: DetailsOptions) {
  const path = html('nav', { class: 'path', 'aria-label': 'Where this is' });
  const title = html('h2', { id: 'details-title', tabindex: -1 });
  const close = html('a', { class: 'button', href: '#', role: 'button' }, 'Close');
  const actions = html('div', { class: 'actions' });
  const problem = html('p', { class: 'problem', role: 'alert' });
  const content = html('div', { class: 'details-content' });
  const dialog = createReasonDialog();
  const root = html(
    'aside',
    { class: 'details', 'aria-labelledby': 'details-title', hidden: true },
    html('header', { class: 'details-head' }, path, close, title, actions, problem),
    content,
  );
  let following = new AbortController();
  let before: Element | null = null;
  let drawHost: (() => void) | undefined;

  const say = (text: string | undefined) => setText(problem, text ?? '');
  const perform = async (
    name: ChangeName,
    variables: { readonly id: string; readonly reason?: string },
    done: string,
  ) => {
    const failure = await change(client(), name, variables);
    if (failure === undefined) onDone(done);
    return failure;
  };
  const showActions = (offered: readonly Action[]) => {
    const allowed = offered.filter(({ change: name }) => rights()[name]);
    // The same buttons stay, so that nobody clicks on what has just moved.
    if (actions.dataset['names'] === allowed.map(({ name }) => name).join()) {
      for (const [index, button] of [...actions.children].entries())
        (button as HTMLElement).onclick = allowed[index]!.run;
      return;
    }
    actions.dataset['names'] = allowed.map(({ name }) => name).join();
    actions.replaceChildren(
      ...allowed.map(({ name, change: kind, run }) => {
        const style = kind.startsWith('Kill') ? 'button button-danger' : 'button';
        const button = html('button', { class: style, type: 'button' }, name);
        button.onclick = run;
        return button;
      }),
    );
  };
  const showPath = (...parts: readonly (readonly [name: string, address?: string])[]) => {
    const text = parts.map(([name]) => name).join();
    if (path.dataset['text'] === text) return;
    path.dataset['text'] = text;
    path.replaceChildren(
      ...parts.map(([name, address]) => (address ? html('a', { href: address }, name) : html('span', {}, name))),
    );
  };

  const actionsOfJob = (
    job: { id: string; name: string; isPaused: boolean },
    running: number,
    dead: number,
  ): Action[] => {
    const pause: Action = job.isPaused
      ? { name: 'Resume', change: 'Resume', run: async () => say(await perform('Resume', job, `${job.name} goes on`)) }
      : { name: 'Pause', change: 'Pause', run: async () => say(await perform('Pause', job, `${job.name} is paused`)) };
    const retried = `The dead frames of ${job.name} are retried`;
    return [
      pause,
      ...(dead === 0
        ? []
        : [
            {
              name: 'Retry dead frames',
              change: 'RetryDead' as const,
              run: async () => say(await perform('RetryDead', job, retried)),
            },
          ]),
      {
        name: 'Kill …',
        change: 'KillJob',
        run: () =>
          dialog.ask({
            title: `Kill job ${job.name}?`,
            consequence: `${counted(running, 'frame that runs is', 'frames that run are')} lost, and the job ends.`,
            kill: (reason) => perform('KillJob', { id: job.id, reason }, `${job.name} is being killed`),
          }),
      },
    ];
  };

  const openJob = async (name: string, signal: AbortSignal) => {
    const details = createJobDetails();
    setText(title, name);
    showPath(['Job', jobAddress(name)]);
    for await (const result of followLive(client(), 'JobDetails', detailOperations, { name }, false, signal)) {
      const { job = null } = (result.data ?? {}) as Partial<JobAnswer>;
      say(problemOf(result) ?? (job === null ? 'No pending job has this name: it may be finished.' : undefined));
      if (job === null) {
        showActions([]);
        continue;
      }
      if (!details.root.isConnected) content.replaceChildren(details.root);
      showPath([job.show], [job.group], ['Job']);
      details.update(job);
      showActions(actionsOfJob(job, job.jobStats.runningFrames, job.jobStats.deadFrames));
    }
  };

  const openFrame = async (jobName: string, frameName: string, signal: AbortSignal) => {
    const details = createFrameDetails();
    setText(title, frameName);
    showPath([jobName, jobAddress(jobName)], ['Frame', frameAddress(jobName, frameName)]);
    const variables = { job: jobName, frame: frameName };
    for await (const result of followLive(client(), 'FrameWay', detailOperations, variables, false, signal)) {
      const { job = null } = (result.data ?? {}) as Partial<FrameAnswer>;
      const frame = job?.frames?.[0];
      say(problemOf(result) ?? (frame === undefined ? 'There is no such frame: its job may be finished.' : undefined));
      if (job === null || frame === undefined) {
        showActions([]);
        continue;
      }
      if (!details.root.isConnected) content.replaceChildren(details.root);
      showPath([job.show], [job.name, jobAddress(job.name)], [frame.layerName], ['Frame']);
      details.update(job, frame);
      showActions(actionsOfFrame(frame.id, frameName, frame.state));
    }
  };

  const actionsOfFrame = (id: string, name: string, state: string): Action[] => [
    ...(state === 'RUNNING'
      ? [
          {
            name: 'Kill …',
            change: 'KillFrame' as const,
            run: () =>
              dialog.ask({
                title: `Kill frame ${name}?`,
                consequence: 'What it has done so far is lost, and it waits again.',
                kill: (reason) => perform('KillFrame', { id, reason }, `${name} is being killed`),
              }),
          },
        ]
      : []),
    ...(state === 'RUNNING' || state === 'DEAD' || state === 'EATEN' || state === 'SUCCEEDED'
      ? [
          {
            name: 'Retry',
            change: 'RetryFrame' as const,
            run: async () => say(await perform('RetryFrame', { id }, `${name} is retried`)),
          },
        ]
      : []),
  ];

  const openHost = (name: string) => {
    const details = createHostDetails();
    setText(title, name);
    showPath(['Host', hostAddress(name)]);
    content.replaceChildren(details.root);
    showActions([]);
    drawHost = () => {
      const allocation = farm()?.allocations.find(({ hosts }) => hosts.some((host) => host.name === name));
      const host = allocation?.hosts.find((each) => each.name === name);
      say(farm() !== undefined && host === undefined ? 'There is no such host.' : undefined);
      if (host === undefined || allocation === undefined) return;
      showPath([allocation.name], ['Host']);
      details.update(host, allocation);
    };
    drawHost();
  };

  /** Shows what the page's address names. */
  const follow = () => {
    following.abort();
    following = new AbortController();
    drawHost = undefined;
    say(undefined);
    const place = readPlace(location.hash);
    if (place === undefined) {
      setAttributes(root, { hidden: true });
      document.body.classList.remove('has-details');
      if (before instanceof HTMLElement || before instanceof SVGElement) before.focus();
      before = null;
      return;
    }
    if (root.hidden) before = document.activeElement;
    content.replaceChildren(html('p', { class: 'calm' }, 'Asking …'));
    actions.replaceChildren();
    delete actions.dataset['names'];
    setAttributes(root, { hidden: false });
    document.body.classList.add('has-details');
    if (place.kind === 'job') void openJob(place.job, following.signal);
    else if (place.kind === 'frame') void openFrame(place.job, place.frame, following.signal);
    else openHost(place.host);
    title.focus();
  };
  close.addEventListener('click', (event) => {
    event.preventDefault();
    location.hash = '';
  });
  document.addEventListener('keydown', ({ key, defaultPrevented }) => {
    if (key === 'Escape' && !defaultPrevented && !root.hidden && !dialog.root.open) location.hash = '';
  });
  window.addEventListener('hashchange', follow);
  return {
    root,
    dialog: dialog.root,
    follow,
    /** The farm has moved. */
    update: () => drawHost?.(),
    /** Nobody is there to see it any more. */
    stop: () => following.abort(),
  };
}

function readPlace(hash: string): Place | undefined {
  const [kind, ...parts] = hash.slice(1).split('/');
  try {
    const [one, other] = parts.map(decodeURIComponent);
    if (kind === 'job' && one) return { kind, job: one };
    if (kind === 'frame' && one && other) return { kind, job: one, frame: other };
    if (kind === 'host' && one) return { kind, host: one };
  } catch {
    // Somebody wrote an address that is none.
  }
  return undefined;
}
