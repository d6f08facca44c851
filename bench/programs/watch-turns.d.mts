/** Watches the turns of this thread's event loop; what is returned ends it and resolves to the longest, in milliseconds. */
export function watchTurns(): () => Promise<number>;
