/** Calls back once after some milliseconds; returns what calls that off. */
export type Schedule = (callback: () => void, delayMs: number) => () => void;

/** The system's timers. They do not keep a process alive that has nothing else to do. */
export const scheduleByTimer: Schedule = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};
