/**
 * Seconds in a number of minutes, for `.expiresIn(minutes(30))`.
 *
 * Nothing is checked here: what `.expiresIn` does not take is refused there.
 *
 * @example minutes(30) // 1800
 */
export const minutes = (count: number): number => count * 60

/**
 * Seconds in a number of hours, for `.expiresIn(hours(12))`.
 *
 * @example hours(12) // 43200
 */
export const hours = (count: number): number => count * 3600

/**
 * Seconds in a number of days, for `.expiresIn(days(7))`, a usual life for a link that goes out by mail.
 *
 * @example days(7) // 604800
 */
export const days = (count: number): number => count * 86_400
