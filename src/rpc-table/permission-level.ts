/**
 * What an RPC asks of its caller, from harmless to dangerous. Each level is a right of its own except that `operate`,
 * `wrangle` and `admin` include the ones before them; `submit` runs commands on the farm and is included in none.
 * `never`: no caller has it.
 */
export const permissionLevels = ['read', 'operate', 'wrangle', 'submit', 'admin', 'never'] as const;

/** One of the levels. */
export type PermissionLevel = (typeof permissionLevels)[number];
