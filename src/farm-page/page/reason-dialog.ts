import { html, setText } from './elements.ts';

/** What a kill is about. */
interface KillQuestion {
  /** E.g. `Kill job demo-sh010?` */
  readonly title: string;
  /** What will be lost. */
  readonly consequence: string;
  /** Does it; resolves with what went wrong, or undefined. */
  readonly kill: (reason: string) => Promise<string | undefined>;
}

/** Asks for the reason of a kill, without which Cuebot does nothing; stays open when the kill fails, and says why. */
export function createReasonDialog() {
  const title = html('h2', { id: 'kill-title' });
  const consequence = html('p', { id: 'kill-consequence' });
  const reason = html('input', {
    class: 'field',
    id: 'kill-reason',
    type: 'text',
    required: true,
    maxlength: 500,
    autocomplete: 'off',
    placeholder: 'e.g. superseded by v013',
  });
  const problem = html('p', { class: 'problem', role: 'alert' });
  const cancel = html('button', { class: 'button', type: 'button' }, 'Cancel');
  const submit = html('button', { class: 'button button-danger', type: 'submit' }, 'Kill');
  const form = html(
    'form',
    { method: 'dialog' },
    title,
    consequence,
    html('label', { for: 'kill-reason' }, 'Reason, for the audit and whoever asks'),
    reason,
    problem,
    html('div', { class: 'dialog-buttons' }, cancel, submit),
  );
  const dialog = html(
    'dialog',
    { class: 'dialog', 'aria-labelledby': 'kill-title', 'aria-describedby': 'kill-consequence' },
    form,
  );
  let question: KillQuestion | undefined;
  cancel.addEventListener('click', () => dialog.close());
  form.addEventListener('submit', async (event) => {
    // The policy lets no form be sent anywhere; this one is not.
    event.preventDefault();
    const text = reason.value.trim();
    if (question === undefined || text === '') return reason.focus();
    submit.disabled = true;
    const failure = await question.kill(text);
    submit.disabled = false;
    setText(problem, failure ?? '');
    if (failure === undefined) dialog.close();
  });
  return {
    root: dialog,
    ask: (asked: KillQuestion) => {
      question = asked;
      setText(title, asked.title);
      setText(consequence, asked.consequence);
      setText(problem, '');
      reason.value = '';
      dialog.showModal();
      reason.focus();
    },
  };
}
