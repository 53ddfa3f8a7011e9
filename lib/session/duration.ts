/**
 * Returns the seconds in a number of minutes, for `.expiresIn(minutes(30))`, which checks the result.
 * @example minutes(30) // 1800
 */
export const minutes = (count: number): number => count * 60

/**
 * Returns the seconds in a number of hours, for `.expiresIn(hours(12))`.
 * @example hours(12) // 43200
 */
export const hours = (count: number): number => count * 3600

/**
 * Returns the seconds in a number of days, for `.expiresIn(days(7))`; seven days suit a link sent by e-mail.
 * @example days(7) // 604800
 */
export const days = (count: number): number => count * 86_400
